import type { Usd } from "../../core/kernel/money.ts";
import { figuresOf } from "../../core/reporting/cost-figures.ts";
import type { CostGroup } from "../../core/reporting/cost-report.ts";
import { decimalText, printedParts } from "../../core/reporting/largest-remainder.ts";
import { dollarText } from "../render/dollars.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter } from "../render/style.ts";
import type { Cell } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import { printedDollars, signedDollars } from "./printed-dollars.ts";
import type { ReportContent } from "./report-content.ts";
import { figuresOfTop, type PrintedFigures, type PrintedReport, printedFigures } from "./report-figures.ts";
import { noFigureText, reportHead, sumsOfAll } from "./report-head.ts";
import { shownValue } from "./shown-value.ts";

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
    reportHead(content, printed.total, decimals, paint),
    groupsOf(content, printed, maxWidth, paint),
    topTable(content, maxWidth, paint),
    problemsOf(content, paint),
  ]
    .filter((section) => section !== "")
    .join("\n");
}

/** Names may be long, and go on in the next line; what a session or an interpreter is looked up by stays in one. */
const ids: ReadonlySet<string> = new Set(["account", "region", "interpreter", "session", "basis", "day", "hour"]);

function groupsOf(content: ReportContent, printed: PrintedReport, maxWidth: number | null, paint: Paint): string {
  const { groupBy, groups, cost, closed } = content;
  if (groupBy.length === 0 || groups.length === 0) return "";
  const changes = closed === null ? null : printedParts(closed.adjustments, decimals);
  const columns: readonly YieldingColumn[] = [
    ...groupBy.map((dimension) => ({
      title: dimension.toUpperCase(),
      ...(ids.has(dimension) ? {} : { shrinkTo: 12, wraps: true }),
    })),
    { title: "SESSIONS", align: "right", yields: 5 },
    { title: "COST", align: "right" },
    { title: "SHARE", align: "right", yields: 2 },
    { title: "IDLE", align: "right", yields: 3 },
    { title: "PEAK TAX", align: "right", yields: 1 },
    { title: "NO FIGURE", align: "right", yields: cost.total.unknownSessions === 0 ? 0 : 6 },
    ...(changes === null ? [] : [{ title: "ADJUSTED", align: "right" as const, yields: 4 }]),
  ];
  const row = (values: CostGroup["values"], own: PrintedFigures, figures: Figures, last: readonly string[]) => [
    ...values.map((value): Cell => cellOf(value)),
    { text: String(figures.sessions) },
    { text: printedDollars(own.usd, figures.known) },
    { text: own.sharePct === null ? "-" : shareText(own.sharePct, figures.known) },
    { text: printedDollars(own.idle, figures.idle) },
    { text: printedDollars(own.peakTax, figures.peakTax) },
    ...last.map((text) => ({ text })),
  ];
  const rows = groups.map(({ values, sums }, place) => {
    const figures = figuresOf(sums, content.cost.scale);
    const change = changes === null ? [] : [changeText(changes[place] ?? 0n, closed?.adjustments[place])];
    return row(values, printed.groupAt(place, figures), figures, [
      noFigureText(figures.unknownSessions, sums),
      ...change,
    ]);
  });
  const total = row(
    groupBy.map((_dimension, index) => (index === 0 ? "TOTAL" : "")),
    printed.total,
    cost.total,
    [
      noFigureText(cost.total.unknownSessions, sumsOfAll(content)),
      ...(changes === null
        ? []
        : [
            changeText(
              changes.reduce((sum, part) => sum + part, 0n),
              closed?.adjustment,
            ),
          ]),
    ],
  );
  return renderFitting(columns, [...rows, total], maxWidth, paint);
}

type Figures = ReportContent["cost"]["total"];

const cellOf = (value: string | null): Cell => ({
  text: shownValue(value),
  ...(value === null || value === "unattributed" ? { style: "dim" as const } : {}),
});

/** What is more than nothing is not shown as nothing. */
const shareText = (pct: string, known: Usd): string => (pct === "0.0" && known.numerator > 0n ? "<0.1 %" : `${pct} %`);

/** Of a group; those of all groups add up. */
function changeText(units: bigint, exact: Usd | undefined): string {
  if (units === 0n) return exact === undefined ? "$0.0000" : signedDollars(exact);
  return `${units < 0n ? "-" : "+"}$${decimalText(units < 0n ? -units : units, decimals)}`;
}

function topTable(content: ReportContent, maxWidth: number | null, paint: Paint): string {
  const { top, scale } = content.cost;
  if (top.length === 0 || content.groupBy.includes("session")) return "";
  const columns: readonly YieldingColumn[] = [
    { title: "REGION", yields: 2 },
    { title: "SESSION" },
    { title: "INTERPRETER", yields: 4 },
    { title: "NAME", shrinkTo: 8, wraps: true, yields: 1 },
    { title: "COST", align: "right" },
    { title: "IDLE", align: "right", yields: 5 },
    { title: "BASIS", yields: 3 },
  ];
  const rows = top.map((it): readonly Cell[] => {
    const { known, idle } = figuresOfTop(it, scale);
    return [
      it.session.region,
      it.session.session,
      it.session.interpreter,
      it.session.name ?? "-",
      dollarText(known),
      idle === null ? "unknown" : dollarText(idle),
      it.facts.final ? it.facts.basis : `${it.facts.basis}, provisional`,
    ].map((text) => ({ text }));
  });
  return `${paint("Sessions that cost most", "bold")}\n${renderFitting(columns, rows, maxWidth, paint)}`;
}

function problemsOf({ problems }: ReportContent, paint: Paint): string {
  if (problems.length === 0) return "";
  const lines = problems.map(({ code, message }) => `  ${safeText(code)}: ${safeText(message)}\n`);
  return `${paint("Not read, or worth knowing", "bold")}\n${lines.join("")}`;
}
