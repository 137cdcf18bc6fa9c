import type { RateResult } from "../../adapters/files/rate-files.ts";
import { type RatedSession, type RatedTotals, ratedTotals } from "../../core/billing/rated-session.ts";
import { compareUsd, formatUsd, type Usd, usdToNumber } from "../../core/kernel/money.ts";
import { amountText, dollarText } from "../render/dollars.ts";
import { formatSeconds } from "../render/duration.ts";
import { renderFitting, type YieldingColumn } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { type Paint, painter } from "../render/style.ts";
import type { Cell } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";
import type { RateOptions } from "./rate-options.ts";

const listedProblems = 20;

/** The result for a reader: the costliest sessions, the totals, and what was set aside. */
export function renderRate(
  result: RateResult,
  options: Pick<RateOptions, "top" | "allProblems">,
  terminal: Pick<Terminal, "color" | "interactive" | "columns">,
): string {
  const paint = painter(terminal.color);
  const totals = ratedTotals(result.sessions);
  const maxWidth = terminal.color || terminal.interactive ? terminal.columns : null;
  const sections = [
    sessionsSection(result.sessions, options.top, paint, maxWidth),
    totalsSection(result, totals),
    problemsSection(result, options.allProblems, paint),
    result.failures.length === 0 ? "" : `${paint("Partial:", "yellow")} what could not be read is missing above.\n`,
  ];
  return sections.filter((section) => section !== "").join("\n");
}

// On a narrow terminal the session and its cost stay in sight.
const columns: readonly YieldingColumn[] = [
  { title: "SESSION" },
  { title: "INTERPRETER", yields: 8 },
  { title: "REGION", yields: 6 },
  { title: "METERED", align: "right", yields: 4 },
  { title: "RATED USD", align: "right" },
  { title: "IDLE USD", align: "right", yields: 7 },
  { title: "LOGGED USD", align: "right", yields: 5 },
  { title: "PEAK TAX", align: "right", yields: 3 },
  { title: "PEAK MB", align: "right", yields: 2 },
  { title: "GAPS", align: "right", yields: 1 },
  { title: "ACCOUNT", yields: 0 },
];

function sessionsSection(sessions: readonly RatedSession[], top: number, paint: Paint, width: number | null): string {
  if (sessions.length === 0) return "No sessions.\n";
  const shown = sessions.toSorted(costliestFirst).slice(0, top);
  const rest = sessions.length - shown.length;
  const more = rest === 0 ? "" : `and ${rest} more: see --top and --json\n`;
  return (shown.length === 0 ? "" : renderFitting(columns, shown.map(rowOf), width, paint)) + more;
}

/** Sessions without a price come last, in their own order. */
function costliestFirst(a: RatedSession, b: RatedSession): number {
  if (a.cost === null || b.cost === null) return (a.cost === null ? 1 : 0) - (b.cost === null ? 1 : 0);
  return compareUsd(b.cost.rated, a.cost.rated);
}

function rowOf(session: RatedSession): readonly Cell[] {
  const { cost, peakBytes } = session;
  return [
    session.session,
    session.interpreter,
    session.region,
    formatSeconds(session.meteredMs / 1000),
    ...[cost?.rated, cost?.idle, cost?.logged, cost?.peakTax].map(dollars),
    peakBytes === null ? "-" : String(Math.round(peakBytes / 1_048_576)),
    formatSeconds(session.gapMs / 1000),
    session.account,
  ].map((text) => ({ text }));
}

const dollars = (amount: Usd | undefined): string => (amount === undefined ? "no price" : amountText(amount, 6));

function totalsSection(result: RateResult, totals: RatedTotals): string {
  const { cost } = totals;
  const lines = [
    `${counted(totals.sessions, "session")} from ${counted(result.records, "record")} (${result.duplicates} delivered twice)`,
  ];
  if (cost !== null && totals.sessions > 0) {
    lines.push(
      `rated ${dollarText(cost.rated, 6)}, of it idle ${dollarText(cost.idle, 6)} and peak tax ${dollarText(cost.peakTax, 6)}`,
      `logged ${dollarText(cost.logged, 6)}${ratio(cost.logged, cost.rated)}`,
    );
  }
  if (totals.unpricedSessions > 0) {
    lines.push(
      `${counted(totals.unpricedSessions, "session")} without a price in the Region: the cost is unknown, not zero`,
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The two meters differ by floor and peak: beyond this, the records or the rule deserve a look. */
const usualShare = { least: 0.8, most: 1.05 };

function ratio(logged: Usd, rated: Usd): string {
  if (rated.numerator === 0n) return "";
  const share = { numerator: logged.numerator * rated.denominator, denominator: logged.denominator * rated.numerator };
  const number = usdToNumber(share);
  const usual = number >= usualShare.least && number <= usualShare.most;
  return `, ${formatUsd(share, 4)} of rated${usual ? "" : `: outside the usual ${usualShare.least} to ${usualShare.most}`}`;
}

function problemsSection({ skipped, reasons, problems }: RateResult, all: boolean, paint: Paint): string {
  if (skipped === 0) return "";
  const counts = [...reasons].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([reason, count]) => `${count} ${reason}`);
  const listed = all ? problems : problems.slice(0, listedProblems);
  const lines = listed.map(({ file, line, reason }) => `  ${safeText(file)}:${line}: ${reason}\n`);
  const rest = skipped - listed.length;
  const more = rest === 0 ? "" : `  and ${rest} more: see --all-problems\n`;
  return `${paint("Set aside", "bold")} ${counted(skipped, "line")}: ${counts.join(", ")}\n${lines.join("")}${more}`;
}
