import { windowText } from "../../core/budget/budget-event.ts";
import { usedPct } from "../../core/budget/spend.ts";
import type { BudgetStanding } from "../../core/jobs/check-spend/look-at-budgets.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { compareUsd, formatUsd, zeroUsd } from "../../core/kernel/money.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { dollarText } from "../render/dollars.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { painter } from "../render/style.ts";
import type { Cell } from "../render/table.ts";
import { range } from "../scan/money-range.ts";
import type { Terminal } from "../terminal.ts";
import { asOfText, type DataAge } from "./data-age.ts";

export interface BudgetLook {
  readonly now: Instant;
  readonly standings: readonly BudgetStanding[];
  readonly age: DataAge;
  /** What is missing as a whole. */
  readonly notes: readonly Problem[];
  readonly problems: readonly Problem[];
}

const columns: readonly YieldingColumn[] = [
  { title: "BUDGET", shrinkTo: 12, wraps: true },
  { title: "OF", shrinkTo: 12, wraps: true },
  { title: "WINDOW" },
  { title: "FROM", yields: 2 },
  { title: "SPENT", align: "right" },
  { title: "LIMIT", align: "right" },
  { title: "USED", align: "right", yields: 3 },
  { title: "LEVEL", align: "right" },
  { title: "NO FIGURE", align: "right", yields: 1 },
];

/** Where each budget stands, for people. */
export function renderBudgets(
  { standings, age, notes, problems }: BudgetLook,
  terminal: Pick<Terminal, "color" | "interactive" | "columns">,
): string {
  if (standings.length === 0 && notes.length + problems.length === 0) {
    return "Nothing to show: no budget is configured, or none has any spend. Write them under `budgets` (docs/attribution.md).\n";
  }
  const paint = painter(terminal.color);
  const maxWidth = terminal.color || terminal.interactive ? terminal.columns : null;
  const lines = problems.map(({ code, message }) => `  ${safeText(code)}: ${safeText(message)}\n`);
  return [
    `${paint("Budgets", "bold")} ${asOfText(age)}, in the order of the configuration\n`,
    ...notes.map(({ message }) => `${safeText(message)}\n`),
    standings.length === 0
      ? "No spend of any budget was found.\n"
      : renderFitting(columns, standings.map(rowOf), maxWidth, paint),
    lines.length === 0 ? "" : `\n${paint("Not read, or worth knowing", "bold")}\n${lines.join("")}`,
  ].join("");
}

function rowOf({ budget, value, window, spend, reachedPct, toldPct }: BudgetStanding): readonly Cell[] {
  // That it is at least nothing says nothing.
  const isUnknown = spend === null || (spend.high === null && compareUsd(spend.low, zeroUsd) === 0);
  const low = isUnknown ? null : formatUsd(spend.low);
  const high = isUnknown || spend.high === null ? null : formatUsd(spend.high);
  const held = toldPct > (reachedPct ?? 0) ? `, ${toldPct} % held` : "";
  return [
    { text: budget.id },
    { text: budget.by === null ? "all" : `${budget.by} ${value ?? "unknown"}` },
    { text: windowText(budget.window) },
    { text: `${isoOf(window.from).slice(0, 16)}Z` },
    { text: range(low, high) },
    { text: dollarText(budget.limit) },
    { text: isUnknown ? "unknown" : usedText(budget, spend) },
    reachedPct === null || (isUnknown && toldPct === 0)
      ? { text: "unknown" }
      : { text: `${reachedPct === 0 ? "-" : `${reachedPct} %`}${held}`, style: styleOf(reachedPct) },
    { text: spend === null ? "unknown" : spend.unknownSessions === 0 ? "-" : String(spend.unknownSessions) },
  ];
}

const styleOf = (pct: number): NonNullable<Cell["style"]> => (pct >= 100 ? "red" : pct > 0 ? "yellow" : "green");

function usedText({ limit }: BudgetStanding["budget"], { low, high }: NonNullable<BudgetStanding["spend"]>): string {
  const [least, most] = [usedPct(low, limit), high === null ? null : usedPct(high, limit)];
  if (most === null) return `at least ${least.toFixed(1)} %`;
  return least === most ? `${least.toFixed(1)} %` : `${least.toFixed(1)}–${most.toFixed(1)} %`;
}

/** docs/schemas/report-budgets.schema.json */
export const budgetsJson = ({ now, standings, age, notes, problems }: BudgetLook) => ({
  asOf: age.asOf === null ? null : isoOf(age.asOf),
  printedAt: isoOf(now),
  budgets: standings.map(({ budget, value, window, spend, reachedPct, toldPct }) => ({
    budget: budget.id,
    by: budget.by,
    value,
    window: { kind: windowText(budget.window), from: isoOf(window.from), until: isoOf(window.until) },
    limitUsd: formatUsd(budget.limit),
    knownUsd: spend === null ? null : formatUsd(spend.known),
    lowUsd: spend === null ? null : formatUsd(spend.low),
    highUsd: spend === null || spend.high === null ? null : formatUsd(spend.high),
    usedAtLeastPct: spend === null ? null : usedPct(spend.low, budget.limit),
    thresholdsPct: budget.thresholdsPct,
    reachedPct,
    toldPct,
    sessions: spend?.sessions ?? null,
    unknownSessions: spend?.unknownSessions ?? null,
  })),
  problems: [...notes, ...problems],
});
