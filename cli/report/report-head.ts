import { isoOf } from "../../core/kernel/instant.ts";
import { compareUsd, formatUsd, sumUsd, type Usd, usd as usdOf, zeroUsd } from "../../core/kernel/money.ts";
import type { CostSums } from "../../core/reporting/cost-figures.ts";
import { decimalText, printedParts } from "../../core/reporting/largest-remainder.ts";
import { dollarText } from "../render/dollars.ts";
import { formatSeconds } from "../render/duration.ts";
import type { Paint } from "../render/style.ts";
import { range } from "../scan/money-range.ts";
import { asOfText, type DataAge, dataAgeOf, historyAlone, staleLines } from "./data-age.ts";
import { printedDollars, signedDollars } from "./printed-dollars.ts";
import type { ReportContent } from "./report-content.ts";
import { isSharedOut, type PrintedFigures } from "./report-figures.ts";

/** What is on top of a report: its window, its total, and how much of it is known. */
export function reportHead(content: ReportContent, printed: PrintedFigures, decimals: number, paint: Paint): string {
  const { cost, closed } = content;
  const age = dataAgeOf(content, content.cost.counts.asOf);
  const { counts } = cost;
  const window = `${isoOf(content.from).slice(0, 16)}Z to ${isoOf(content.until).slice(0, 16)}Z`;
  const cover = [
    `${plural(counts.sessions, "session")}: ${counts.settled} settled`,
    `${counts.provisional} provisional`,
    ...(counts.bounded > 0 ? [`${counts.bounded} without a figure (${boundsText(allBounds(content))})`] : []),
    ...(counts.unpriced > 0 ? [`${counts.unpriced} in Regions without a price`] : []),
    ...(counts.approximate > 0 ? [`${counts.approximate} approximate`] : []),
    ...(counts.lateUnverifiable > 0 ? [`${plural(counts.lateUnverifiable, "late record")} in no figure`] : []),
    ...(counts.gapMs > 0 ? [`${formatSeconds(Math.round(counts.gapMs / 1000))} without records`] : []),
  ].join(", ");
  return [
    `${paint(`Costs ${window}`, "bold")}, half open, ${asOfText(age)}`,
    totalLine(content, printed),
    cover,
    `Basis ${cost.basis.weakest ?? "none"}${basisShares(content, decimals)}`,
    ...formerPricesLine(content),
    ...freshness(content),
    ...ageLines(content, age),
    ...(closed === null
      ? []
      : [
          `${closed.month} was closed on ${isoOf(closed.closedAt)} at ${dollarText(closed.frozen)}; adjustments since: ${signedDollars(closed.adjustment)}`,
        ]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function totalLine(content: ReportContent, printed: PrintedFigures): string {
  const { counts, total } = content.cost;
  if (counts.sessions === 0) return "Total unknown: no session of this window is recorded";
  return counts.bounded === counts.sessions
    ? "Total unknown"
    : `Total ${dollarText(total.known)}${splitOf(content, printed)}`;
}

type Bounds = NonNullable<CostSums["bounds"]>;

/** What sessions without a figure cost together, at least and at most. */
function allBounds({ groups }: ReportContent): Bounds {
  const bounds = groups.flatMap(({ sums }) => sums.bounds ?? []);
  const highs = bounds.flatMap(({ high }) => high ?? []);
  return { low: sumUsd(bounds.map(({ low }) => low)), high: highs.length < bounds.length ? null : sumUsd(highs) };
}

/** A session without a price has no bounds: beside those that have, they are what all cost at least. */
export function noFigureText(unknownSessions: number, sums: Pick<CostSums, "bounds" | "lacksPrice">): string {
  const { bounds, lacksPrice } = sums;
  if (unknownSessions === 0) return "-";
  if (bounds === null) return `${unknownSessions} (${lacksPrice ? "no price" : boundsText(noBounds)})`;
  return `${unknownSessions} (${boundsText(lacksPrice ? { ...bounds, high: null } : bounds)})`;
}

export const sumsOfAll = (content: ReportContent): Pick<CostSums, "bounds" | "lacksPrice"> => ({
  bounds: content.groups.some(({ sums }) => sums.bounds !== null) ? allBounds(content) : null,
  lacksPrice: content.groups.some(({ sums }) => sums.lacksPrice),
});

const noBounds: Bounds = { low: zeroUsd, high: zeroUsd };
const boundsText = ({ low, high }: Bounds): string => range(formatUsd(low), high === null ? null : formatUsd(high));

function splitOf({ cost: { total } }: ReportContent, { idle, active, unsplit }: PrintedFigures): string {
  if (compareUsd(total.known, zeroUsd) === 0) return "";
  if (isSharedOut(total)) return " (not split: nobody knows how idle sessions were whose cost was shared out)";
  const parts = [
    `idle ${printedDollars(idle, total.idle)}`,
    `active ${printedDollars(active, total.active)}`,
    ...(total.unsplit.numerator === 0n ? [] : [`not split ${printedDollars(unsplit, total.unsplit)}`]),
  ];
  const tax = compareUsd(total.peakTax, zeroUsd) > 0 ? `; of it watermark tax ${dollarText(total.peakTax)}` : "";
  const ratio = ratioOf(total.rated, total.logged);
  return ` (${parts.join(", ")}${tax}${ratio === null ? "" : `; rated is ${ratio} × logged`})`;
}

/** A total may mix prices: what is settled keeps its own, and today's book is not what it was charged by. */
function formerPricesLine({ cost: { formerPrices } }: ReportContent): readonly string[] {
  if (formerPrices.length === 0) return [];
  const charged = sumUsd(formerPrices.map(({ charged: own }) => own));
  const prices = formerPrices.map(({ meter, unitPrice }) => {
    const usd = formatUsd(unitPrice).replace(/\.?0+$/, "");
    return meter === "vCPU" ? `$${usd} a vCPU-hour` : `$${usd} a GB-hour`;
  });
  return [
    `Of it ${dollarText(charged)} at prices that the price book does not have now (${prices.join(", ")}): settled costs keep theirs until they are restated`,
  ];
}

/** They add up to the total, also as printed. */
function basisShares({ cost: { basis } }: ReportContent, decimals: number): string {
  if (basis.shares.length < 2 && basis.weakest !== "bounded") return "";
  const printed = printedParts(
    basis.shares.map(({ usd }) => usd ?? zeroUsd),
    decimals,
  );
  const parts = basis.shares.map(({ basis: name, sessions, usd }, place) => {
    const dollars = usd === null ? "" : ` ${printedDollars(decimalText(printed[place] ?? 0n, decimals), usd)}`;
    return `${name} ${plural(sessions, "session")}${dollars}`;
  });
  return `: the weakest of ${parts.join(", ")}`;
}

function ageLines({ now, coverage }: ReportContent, age: DataAge): readonly string[] {
  const { neverKept } = age;
  return [
    ...staleLines(now, age),
    ...(neverKept > 0 && coverage.length > neverKept
      ? [`${plural(neverKept, "Region")} without a pass over the accounts: known from scans alone`]
      : []),
  ];
}

/** The target that is known least far, for a total is no fresher. */
function freshness({ coverage }: ReportContent): readonly string[] {
  if (coverage.length === 0) return [historyAlone];
  const known = coverage.flatMap(({ recordsUntil }) => recordsUntil ?? []);
  const oldest = known.length === 0 ? null : known.reduce((a, b) => (a < b ? a : b));
  const without = coverage.filter(({ recordsUntil }) => recordsUntil === null).length;
  const bad = coverage.filter(({ health }) => health !== "ok").map(({ target }) => target.region);
  return [
    `Usage records read for good until ${oldest === null ? "unknown" : isoOf(oldest)}${without === 0 ? "" : `; ${plural(without, "Region")} without usage records`}`,
    ...(bad.length === 0 ? [] : [`Not fully read by the last pass: ${bad.join(", ")}`]),
  ];
}

/** With three decimals; null where there is nothing to compare with. */
function ratioOf(a: Usd, b: Usd): string | null {
  if (b.numerator === 0n) return null;
  return formatUsd(usdOf(a.numerator * b.denominator, a.denominator * b.numerator), 3);
}

const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;
