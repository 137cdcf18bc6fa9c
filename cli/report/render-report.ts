import { isoOf } from "../../core/kernel/instant.ts";
import { compareUsd, formatUsd, type Usd, usd as usdOf, zeroUsd } from "../../core/kernel/money.ts";
import { figuresOf } from "../../core/reporting/cost-figures.ts";
import { decimalText, printedParts, printedTotal } from "../../core/reporting/largest-remainder.ts";
import { formatSeconds } from "../render/duration.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter } from "../render/style.ts";
import { type Cell, type Column, renderTable } from "../render/table.ts";
import { range } from "../scan/money-range.ts";
import type { Terminal } from "../terminal.ts";
import { type DataAge, dataAgeOf } from "./data-age.ts";
import type { ReportContent } from "./report-content.ts";
import { isSharedOut, type PrintedFigures, type PrintedReport, printedFigures } from "./report-figures.ts";
import { topOf } from "./report-json.ts";

/** Cents are too coarse for a session, and twelve places are too many for a reader. */
const decimals = 4;

/** A report for people: how much is known, then the total, then the groups, then the sessions that cost most. */
export function renderReport(
  content: ReportContent,
  terminal: Pick<Terminal, "color" | "interactive" | "columns">,
): string {
  const paint = painter(terminal.color);
  const maxWidth = terminal.color || terminal.interactive ? terminal.columns : null;
  const printed = printedFigures(content, decimals);
  return [
    headOf(content, printed.total, paint),
    groupsOf(content, printed, maxWidth, paint),
    topTable(content, maxWidth, paint),
    problemsOf(content, paint),
  ]
    .filter((section) => section !== "")
    .join("\n");
}

function headOf(content: ReportContent, printed: PrintedFigures, paint: Paint): string {
  const { cost, closed } = content;
  const age = dataAgeOf(content);
  const { counts } = cost;
  const window = `${isoOf(content.from).slice(0, 16)}Z to ${isoOf(content.until).slice(0, 16)}Z`;
  const cover = [
    `${plural(counts.sessions, "session")}: ${counts.settled} settled`,
    `${counts.provisional} provisional`,
    ...(counts.bounded > 0 ? [`${counts.bounded} without a figure (${boundsText(content)})`] : []),
    ...(counts.unpriced > 0 ? [`${counts.unpriced} in Regions without a price`] : []),
    ...(counts.approximate > 0 ? [`${counts.approximate} approximate`] : []),
    ...(counts.lateUnverifiable > 0 ? [`${plural(counts.lateUnverifiable, "late record")} in no figure`] : []),
    ...(counts.gapMs > 0 ? [`${formatSeconds(Math.round(counts.gapMs / 1000))} without records`] : []),
  ].join(", ");
  return [
    `${paint(`Costs ${window}`, "bold")}, half open, as of ${age.asOf === null ? "an unknown time" : isoOf(age.asOf)}`,
    totalLine(content, printed),
    cover,
    `Basis ${cost.basis.weakest ?? "none"}${basisShares(content)}`,
    ...freshness(content),
    ...ageLines(content, age),
    ...(closed === null
      ? []
      : [
          `${closed.month} was closed on ${isoOf(closed.closedAt)} at $${money(closed.frozen)}; adjustments since: ${signed(closed.adjustment)}`,
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
    : `Total $${money(total.known)}${splitOf(content, printed)}`;
}

const boundsText = ({ cost: { total } }: ReportContent): string => {
  const low = formatUsd(minus(total.low, total.known));
  const high = total.high === null ? null : formatUsd(minus(total.high, total.known));
  return range(low, high);
};

function splitOf({ cost: { total } }: ReportContent, { idle, active, unsplit }: PrintedFigures): string {
  if (compareUsd(total.known, zeroUsd) === 0) return "";
  if (isSharedOut(total)) return " (not split: nobody knows how idle sessions were whose cost was shared out)";
  const parts = [
    `idle $${idle}`,
    `active $${active}`,
    ...(total.unsplit.numerator === 0n ? [] : [`not split $${unsplit}`]),
  ];
  const tax = compareUsd(total.peakTax, zeroUsd) > 0 ? `; of it watermark tax $${money(total.peakTax)}` : "";
  const ratio = ratioOf(total.rated, total.logged);
  return ` (${parts.join(", ")}${tax}${ratio === null ? "" : `; rated is ${ratio} × logged`})`;
}

function basisShares({ cost: { basis } }: ReportContent): string {
  if (basis.shares.length < 2 && basis.weakest !== "bounded") return "";
  const parts = basis.shares.map(
    ({ basis: name, sessions, usd }) =>
      `${name} ${plural(sessions, "session")}${usd === null ? "" : ` $${money(usd)}`}`,
  );
  return `: the weakest of ${parts.join(", ")}`;
}

function ageLines({ now, coverage }: ReportContent, { asOf, neverKept, isStale }: DataAge): readonly string[] {
  const ago = asOf === null ? "" : formatSeconds(Math.round((now - asOf) / 1000));
  return [
    ...(isStale
      ? [`Not up to date: the last pass over these accounts was ${ago} ago, and what came since is missing`]
      : []),
    ...(neverKept > 0 && coverage.length > neverKept
      ? [`${plural(neverKept, "Region")} without a pass over the accounts: known from scans alone`]
      : []),
  ];
}

/** The target that is known least far, for a total is no fresher. */
function freshness({ coverage }: ReportContent): readonly string[] {
  if (coverage.length === 0) return ["No pass of `sandmeter watch` is remembered: this is history alone."];
  const known = coverage.flatMap(({ recordsUntil }) => recordsUntil ?? []);
  const oldest = known.length === 0 ? null : known.reduce((a, b) => (a < b ? a : b));
  const without = coverage.filter(({ recordsUntil }) => recordsUntil === null).length;
  const bad = coverage.filter(({ health }) => health !== "ok").map(({ target }) => target.region);
  return [
    `Usage records read for good until ${oldest === null ? "unknown" : isoOf(oldest)}${without === 0 ? "" : `; ${plural(without, "Region")} without usage records`}`,
    ...(bad.length === 0 ? [] : [`Not fully read by the last pass: ${bad.join(", ")}`]),
  ];
}

function groupsOf(content: ReportContent, printed: PrintedReport, maxWidth: number | null, paint: Paint): string {
  const { groupBy, groups, cost, closed } = content;
  if (groupBy.length === 0 || groups.length === 0) return "";
  const changes = closed === null ? null : printedParts(closed.adjustments, decimals);
  const columns: readonly Column[] = [
    ...groupBy.map((dimension) => ({ title: dimension.toUpperCase(), shrinkTo: 12 })),
    { title: "SESSIONS", align: "right" },
    { title: "COST", align: "right" },
    { title: "SHARE", align: "right" },
    { title: "IDLE", align: "right" },
    { title: "PEAK TAX", align: "right" },
    { title: "NO FIGURE", align: "right" },
    ...(changes === null ? [] : [{ title: "ADJUSTED", align: "right" as const }]),
  ];
  const row = (values: readonly string[], own: PrintedFigures, figures: Figures, change: bigint | null) => [
    ...values.map((text): Cell => (dim.has(text) ? { text, style: "dim" } : { text })),
    { text: String(figures.sessions) },
    { text: own.usd === null ? "unknown" : `$${own.usd}` },
    { text: own.sharePct === null ? "-" : `${own.sharePct} %` },
    { text: own.idle === null ? "unknown" : `$${own.idle}` },
    { text: own.peakTax === null ? "unknown" : `$${own.peakTax}` },
    { text: noFigure(figures) },
    ...(change === null ? [] : [{ text: signedText(change) }]),
  ];
  const rows = groups.map(({ values, sums }, place) => {
    const figures = figuresOf(sums, content.cost.scale);
    return row(values, printed.groupAt(place, figures), figures, changes === null ? null : (changes[place] ?? 0n));
  });
  const total = row(
    groupBy.map((_dimension, index) => (index === 0 ? "TOTAL" : "")),
    printed.total,
    cost.total,
    changes === null ? null : changes.reduce((sum, part) => sum + part, 0n),
  );
  return renderTable(columns, [...rows, total], maxWidth, paint);
}

type Figures = ReportContent["cost"]["total"];
const dim = new Set(["unattributed", "unknown"]);

function noFigure({ unknownSessions, known, low, high }: Figures): string {
  if (unknownSessions === 0) return "-";
  const bounds = range(formatUsd(minus(low, known)), high === null ? null : formatUsd(minus(high, known)));
  return `${unknownSessions} (${bounds})`;
}

function topTable(content: ReportContent, maxWidth: number | null, paint: Paint): string {
  const top = topOf(content);
  if (top.length === 0 || content.groupBy.includes("session")) return "";
  const columns: readonly Column[] = [
    { title: "REGION" },
    { title: "SESSION" },
    { title: "INTERPRETER", shrinkTo: 10 },
    { title: "NAME", shrinkTo: 8 },
    { title: "COST", align: "right" },
    { title: "IDLE", align: "right" },
    { title: "BASIS" },
  ];
  const rows = top.map((it): readonly Cell[] => [
    { text: it.region },
    { text: it.session },
    { text: it.interpreter },
    { text: it.name ?? "-" },
    { text: shorten(it.usd) },
    { text: it.idleUsd === null ? "unknown" : shorten(it.idleUsd) },
    { text: it.final ? it.basis : `${it.basis}, provisional` },
  ]);
  return `${paint("Sessions that cost most", "bold")}\n${renderTable(columns, rows, maxWidth, paint)}`;
}

function problemsOf({ problems }: ReportContent, paint: Paint): string {
  if (problems.length === 0) return "";
  const lines = problems.map(({ code, message }) => `  ${safeText(code)}: ${safeText(message)}\n`);
  return `${paint("Not read, or worth knowing", "bold")}\n${lines.join("")}`;
}

const minus = (a: Usd, b: Usd): Usd =>
  usdOf(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);
const money = (amount: Usd): string => decimalText(printedTotal(amount, decimals), decimals);
const shorten = (amount: string): string => range(amount, amount);
const signed = (amount: Usd): string => signedText(printedTotal(amount, decimals));
const signedText = (units: bigint): string =>
  units === 0n ? "$0.0000" : `${units < 0n ? "-" : "+"}$${decimalText(units < 0n ? -units : units, decimals)}`;
const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** With three decimals; null where there is nothing to compare with. */
function ratioOf(a: Usd, b: Usd): string | null {
  if (b.numerator === 0n) return null;
  return formatUsd(usdOf(a.numerator * b.denominator, a.denominator * b.numerator), 3);
}
