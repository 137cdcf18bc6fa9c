import type { Savings } from "../../core/cleanup/savings/savings.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { decimalText, printedParts } from "../../core/reporting/largest-remainder.ts";
import type { RegretCounts } from "../../core/reporting/savings-report.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import type { Cell } from "../render/table.ts";
import { shownValue } from "../report/shown-value.ts";
import type { Terminal } from "../terminal.ts";
import {
  hasFigure,
  isRegretKnown,
  type PrintedBounds,
  type PrintedReport,
  type PrintedSavings,
  printedSavings,
} from "./printed-savings.ts";
import type { SavingsContent } from "./savings-json.ts";

/** As in reports of costs. */
const decimals = 4;

/** Savings for people: the sum and what was taken off, then the groups, then what is not known. */
export function renderSavings(
  content: SavingsContent,
  terminal: Pick<Terminal, "color" | "interactive" | "columns">,
): string {
  const paint = painter(terminal.color);
  const width = terminal.color || terminal.interactive ? terminal.columns : null;
  const printed = printedSavings(content.report, decimals);
  const foot = footOf(content);
  return [
    ...headOf(content, printed),
    ...wrongLines(content),
    ...tableOf(content, printed, (columns, rows) => renderFitting(columns, rows, width, paint)),
    ...(foot.length === 0 ? [] : ["", ...foot]),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function headOf({ from, until, now, report }: SavingsContent, printed: PrintedReport): readonly string[] {
  const { total } = report;
  const window = `${minuteOf(isoOf(from))} to ${minuteOf(isoOf(until))}`;
  const title = `Savings ${window}, half open, as of ${isoOf(now)}`;
  const own =
    printed.monitor === null
      ? "Before what the monitor itself costs, which is not known: set cleanup.monitorUsdPerMonth."
      : `Net of the monitor's own ${dollars(printed.monitor)} in this time: ${printed.net === null ? "unknown" : rangeText(printed.net)}`;
  const chosen = chosenOf(total.chosen, printed.total.chosen);
  if (total.stops === 0) {
    return [title, `No ${chosen.length === 0 ? "" : "idle "}session was stopped in this time.`, ...chosen, own];
  }
  const known = hasFigure(total);
  return [
    title,
    `${counted(total.stops, "stop")} saved ${known ? rangeText(printed.total.saved) : "an unknown sum"}, and freed ${hoursText(total)} of slots`,
    ...(total.regretted === 0
      ? []
      : [
          `Taken off for ${counted(total.regretted, "regretted stop")}: ${known ? rangeText(printed.total.regrets) : "an unknown sum"}`,
        ]),
    ...chosen,
    own,
  ];
}

/** They are no part of what was saved, and nobody is to miss them. */
function chosenOf(chosen: Savings["chosen"], memory: PrintedBounds): readonly string[] {
  if (chosen.stops === 0) return [];
  const usd = hasFigure(chosen) ? rangeText(memory) : "an unknown sum";
  const were = `${counted(chosen.stops, "session")} that worked ${chosen.stops === 1 ? "was" : "were"}`;
  return [`${were} stopped by choice, in none of these sums: ${usd} of memory, and ${hoursText(chosen)} of slots`];
}

/** It must never be, and nobody is to overlook it. */
function wrongLines({ report }: SavingsContent): readonly string[] {
  const { wrongStops } = report.aftermath;
  if (wrongStops.length === 0) return [];
  const named = wrongStops
    .slice(0, mostNamed)
    .map(({ key }) => `${safeText(key.session)} in ${safeText(key.interpreter)}`);
  const more = wrongStops.length > mostNamed ? `, and ${wrongStops.length - mostNamed} more` : "";
  const were = `${counted(wrongStops.length, "session")} ${wrongStops.length === 1 ? "was" : "were"}`;
  return [
    `WRONG: ${were} stopped that worked (${named.join(", ")}${more}): records that came late show it. \`sandmeter explain\` says more of each.`,
  ];
}
const mostNamed = 5;

const columnsOf = (content: SavingsContent): readonly YieldingColumn[] => [
  ...content.groupBy.map((dimension) => ({
    title: dimension.toUpperCase(),
    ...(dimension === "policy" ? { shrinkTo: 8, wraps: true } : {}),
  })),
  { title: "STOPS", align: "right" },
  { title: "REGRETTED", align: "right", yields: 1 },
  { title: "SAVED", align: "right" },
  { title: "SLOT H", align: "right", yields: 2 },
  { title: "NO FIGURE", align: "right", yields: 0 },
];

function tableOf(
  content: SavingsContent,
  printed: PrintedReport,
  render: (columns: readonly YieldingColumn[], rows: readonly (readonly Cell[])[]) => string,
): readonly string[] {
  const { groupBy, report } = content;
  if (groupBy.length === 0 || report.total.stops === 0) return [];
  const hours = printedParts(
    report.groups.map(({ savings: { freedMs } }) => ({ numerator: BigInt(freedMs), denominator: 3_600_000n })),
    1,
  );
  const cells = (
    values: readonly string[],
    savings: Savings,
    counts: RegretCounts,
    own: PrintedSavings,
    slots: bigint,
  ): readonly Cell[] =>
    [
      ...values,
      String(savings.stops),
      regrettedText(savings, counts),
      hasFigure(savings) ? rangeText(own.saved) : "unknown",
      hasHours(savings) ? decimalText(slots, 1) : "unknown",
      savings.unknown === 0 ? "-" : String(savings.unknown),
    ].map((text) => ({ text }));
  const rows = report.groups.flatMap(({ values, savings, ...counts }, place) => {
    if (savings.stops === 0) return [];
    const names = values.map((value, index) =>
      value === null && groupBy[index] === "policy" ? "(by hand)" : shownValue(value),
    );
    return [cells(names, savings, counts, printed.groups[place] ?? printed.total, hours[place] ?? 0n)];
  });
  const total = cells(
    groupBy.map((_, index) => (index === 0 ? "TOTAL" : "")),
    report.total,
    report,
    printed.total,
    hours.reduce((sum, part) => sum + part, 0n),
  );
  return ["", render(columnsOf(content), [...rows, total]).trimEnd()];
}

function footOf({ report }: SavingsContent): readonly string[] {
  const { total, withoutPeak, unjudged, problems } = report;
  const lines: readonly (readonly [number, string])[] = [
    [
      withoutPeak,
      "the peak of memory is not known for good, so that their high bounds are all that a sandbox can have",
    ],
    [total.unknown, "there is no figure, for want of a time limit or a price: they are in none of the sums"],
    [unjudged, "no pass of `watch --policy` has judged whether it was regretted"],
    [total.pending, "it is not known yet whether it worked: they are in none of the sums"],
  ];
  const { races, unknown } = report.aftermath;
  return [
    ...(races + unknown === 0
      ? []
      : [
          `${counted(races, "race")}, ${unknown} unknown: work that began just before a stop, when nothing could show it yet.`,
        ]),
    ...lines.flatMap(([count, text]) => (count === 0 ? [] : [`Of ${counted(count, "stop")} ${text}.`])),
    ...problems.map(({ message }) => `Missing: ${safeText(message)}`),
  ];
}

/** What nobody has judged is not 0; nobody is to judge what was stopped by hand. */
function regrettedText(savings: Savings, counts: RegretCounts): string {
  if (!isRegretKnown(savings, counts)) return counts.unjudged === 0 ? "-" : "unknown";
  return `${savings.regretted}${counts.unjudged === 0 ? "" : ` (${counts.unjudged} ?)`}`;
}

type Slots = Pick<Savings, "stops" | "withoutTimeLimit" | "freedMs">;
const hasHours = ({ stops, withoutTimeLimit }: Slots): boolean => stops === 0 || withoutTimeLimit < stops;
const hoursText = (total: Slots): string =>
  hasHours(total) ? `${(total.freedMs / 3_600_000).toFixed(1)} h` : "unknown hours";
const minuteOf = (iso: string): string => `${iso.slice(0, 16)}Z`;
const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const rangeText = ({ low, high }: PrintedBounds): string =>
  low === high ? dollars(low) : `${dollars(low)}–${dollars(high)}`;
const dollars = (units: bigint): string =>
  `${units < 0n ? "-" : ""}$${decimalText(units < 0n ? -units : units, decimals)}`;
