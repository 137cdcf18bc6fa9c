import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { EventDelivery, PassOutcome } from "../../core/jobs/observe/outcome.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { scanOf } from "../../core/reporting/pass-report.ts";
import type { Pricing } from "../../core/reporting/scan-totals.ts";
import { accountsLine, accountsProblemLines } from "../accounts/accounts-lines.ts";
import { cleanupLine, cleanupProblemLines, policyChangeLines } from "../cleanup/cleanup-lines.ts";
import { formatSeconds } from "../render/duration.ts";
import { type Paint, painter } from "../render/style.ts";
import { cutTo } from "../render/table.ts";
import { sessionsTable } from "../scan/sessions-table.ts";
import type { Terminal } from "../terminal.ts";
import { deliveryText, passSummary, problemLines } from "./pass-lines.ts";
import type { Ended } from "./pass-loop.ts";
import { targetsTable } from "./targets-table.ts";

/** What the live view shows. */
export interface View {
  /** Lines that stay on top. */
  readonly heading: readonly string[];
  readonly last: Ended<PassOutcome> | null;
  /** What last became of the ledger; null before, and where no costs are kept. */
  readonly accounts: AccountsOutcome | null;
  /** The same of clean-up. */
  readonly cleanup: SweepPassOutcome | null;
  readonly pricing: Pricing;
  /** Newest first. */
  readonly deliveries: readonly EventDelivery[];
}

const mostDeliveries = 6;
const mostProblems = 4;
const mostSessions = 5;

/** The live view as lines, none longer than the terminal is wide. */
export function frameOf(view: View, now: Instant, terminal: Pick<Terminal, "color" | "columns">): readonly string[] {
  const paint = painter(terminal.color);
  // Some terminals do not know how wide they are, and say 0.
  const width = terminal.columns > 0 ? Math.max(40, terminal.columns - 1) : 100;
  const { last } = view;
  const lines = [...view.heading.map((line) => cutTo(line, width)), ""];
  if (last === null) return [...lines, "First pass: reading every session once …"];
  const { sessions, cost } = passSummary(last.outcome, view.pricing);
  const { accounts, cleanup } = view;
  const problems = [
    ...problemLines(last.outcome),
    ...(accounts === null ? [] : accountsProblemLines(accounts)),
    ...(cleanup === null ? [] : cleanupProblemLines(cleanup)),
  ];
  return [
    ...lines,
    ...targetsTable(last.outcome, view.pricing, width, paint).trimEnd().split("\n"),
    "",
    cutTo(`${sessions}, ${cost}`, width),
    ...(accounts === null ? [] : [cutTo(accountsLine(accounts), width)]),
    ...(cleanup === null
      ? []
      : [...policyChangeLines(cleanup), cleanupLine(cleanup)].map((line) => cutTo(line, width))),
    "",
    ...oldestLines(last.outcome, width, paint),
    paint("Events", "bold"),
    ...(view.deliveries.length === 0 ? ["  none yet"] : []),
    ...view.deliveries
      .slice(0, mostDeliveries)
      .map((delivery) => cutTo(`  ${isoOf(delivery.event.at)}  ${deliveryText(delivery)}`, width)),
    ...(problems.length === 0 ? [] : ["", paint("Problems", "bold")]),
    ...problems.slice(0, mostProblems).map((line) => cutTo(`  ${line}`, width)),
    ...(problems.length > mostProblems ? [`  and ${problems.length - mostProblems} more`] : []),
    "",
    cutTo(scheduleLine(last, now), width),
  ];
}

function oldestLines(outcome: PassOutcome, width: number, paint: Paint): readonly string[] {
  const scan = scanOf(outcome);
  const oldest = scan.targets
    .flatMap((target) => target.sessions)
    .toSorted((a, b) => a.createdAt - b.createdAt)
    .slice(0, mostSessions);
  if (oldest.length === 0) return [];
  const table = sessionsTable(oldest, scan.asOf, width, paint);
  return [paint("Oldest sessions", "bold"), ...table.trimEnd().split("\n"), ""];
}

function scheduleLine(last: Ended<PassOutcome>, now: Instant): string {
  const took = (last.tookMs / 1000).toFixed(1);
  const done = `Pass ${last.number} as of ${isoOf(last.outcome.asOf)} took ${took} s`;
  const left = last.nextAt === null ? null : (last.nextAt - now) / 1000;
  if (left === null) return `${done}.`;
  if (last.overrunMs > 0) return `${done}, longer than the interval: the next runs at once. Ctrl-C ends.`;
  return left > 0 ? `${done}; the next in ${formatSeconds(Math.ceil(left))}. Ctrl-C ends.` : `${done}; reading again …`;
}
