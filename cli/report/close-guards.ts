import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import type { SessionCounts } from "../../core/reporting/cost-tally.ts";
import { CliError } from "../cli-error.ts";
import type { VerbInput } from "../verb.ts";
import type { TargetCoverage } from "./report-content.ts";
import type { UnfinishedBills } from "./unfinished-bills.ts";

/** A session of a month's last hour is settled after its last usage record is read for good: two hours, and some. */
export const settledAfterMs = 4 * 3_600_000;

const ofReports = [
  ["from", "from"],
  ["to", "to"],
  ["last", "last"],
  ["groupBy", "group-by"],
  ["format", "format"],
  ["out", "out"],
  ["billingAccount", "billing-account"],
  ["top", "top"],
  ["accounts", "accounts"],
  ["regions", "regions"],
  ["budgets", "budgets"],
] as const;

/** Flags that would make less of a report: a close freezes all of a month, and cannot be undone. */
export const foreignToClose = (options: VerbInput["options"]): readonly string[] =>
  ofReports.flatMap(([name, flag]) =>
    options[name] === undefined || options[name] === false
      ? []
      : [`--${flag} is for reports: \`report close\` freezes all of the month`],
  );

/** Throws `CliError` where not all of the month was read, so that what it cost is not known yet. */
export function refuseWhereUnread(month: string, end: Instant, coverage: readonly TargetCoverage[]): void {
  const byForce = "With --force the month is closed at what history has, and what comes later is an adjustment.";
  if (coverage.length === 0) {
    throw new CliError(
      `nothing is known of the sessions that ${month} has beside history: name the state file of \`watch\` with --state, or the deployment's table with --table. ${byForce}`,
    );
  }
  const unread = coverage.flatMap(({ target, recordsUntil, keptAt, accounts }) => {
    const place = `${target.account}/${target.region}`;
    if (keptAt === null) return [`${place}, of which no pass kept the costs`];
    if (keptAt < end + settledAfterMs) return [`${place}, last looked at on ${isoOf(keptAt)}`];
    if (recordsUntil !== null && recordsUntil < end) return [`${place}, read for good until ${isoOf(recordsUntil)}`];
    return accounts !== null && !accounts.complete
      ? [`${place}, of which the last pass could not read everything`]
      : [];
  });
  if (unread.length === 0) return;
  throw new CliError(
    `${month} was not read to its end: ${unread.join("; ")}. Let \`sandmeter watch\` read it first (\`sandmeter report --month ${month}\` says what is missing). ${byForce}`,
  );
}

/** Throws `CliError` where a figure of the month can still change by itself. */
export function refuseWhereUnsettled(
  month: string,
  { sessions, provisional }: SessionCounts,
  { closing, reopened }: UnfinishedBills,
): void {
  if (sessions === 0) {
    throw new CliError(
      `no session of ${month} is recorded: its costs are unknown, and closing it would call them nothing. Where nothing ran, close it with --force.`,
    );
  }
  if (provisional > 0) {
    throw new CliError(
      `${month} has ${provisional} ${provisional === 1 ? "session that is" : "sessions that are"} not settled: let \`sandmeter watch\` settle them first, or close it without them with --force. Those come as adjustments then.`,
    );
  }
  const unfinished = closing + reopened;
  if (unfinished > 0) {
    throw new CliError(
      `${month} has ${unfinished} settled ${unfinished === 1 ? "session" : "sessions"} whose bill is being written to history or restated: the next pass of \`sandmeter watch\` finishes that. With --force the month is closed at what history has now, and the rest comes as adjustments.`,
    );
  }
}
