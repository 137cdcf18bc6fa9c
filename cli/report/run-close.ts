import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { startOfMonth } from "../../core/kernel/calendar.ts";
import { type Instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import { compareUsd, formatUsd } from "../../core/kernel/money.ts";
import { type CostRequest, costReport, costReportAsOf } from "../../core/reporting/cost-report.ts";
import type { SessionCounts } from "../../core/reporting/cost-tally.ts";
import type { Stores } from "../accounts/stores.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { clientsOf } from "../scan/compose.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { RunVerb } from "../verb.ts";
import { foreignToClose, refuseWhereUnread, refuseWhereUnsettled, settledAfterMs } from "./close-guards.ts";
import { snapshotOf } from "./closed-month.ts";
import { monthOf } from "./named-window.ts";
import { coverageOf, type ReportSettings, readReportSettings } from "./report-subject.ts";
import { unfinishedBills } from "./unfinished-bills.ts";
import { withStores } from "./with-stores.ts";

/** Freezes a month: what its reports say from now on is that, and adjustments. */
export const runClose: RunVerb = async (input, terminal) => {
  const now = systemClock.now();
  const { problems, ...read } = await readReportSettings(input.options, terminal);
  const named = input.options["month"];
  const start = typeof named === "string" ? monthOf(named) : null;
  const own = [
    ...input.arguments.map(
      (word) => `unexpected argument "${safeText(word)}": \`sandmeter report close\` takes --month alone`,
    ),
    ...foreignToClose(input.options),
    ...(start === null ? [`\`report close\` needs --month and a month such as 2026-10`] : []),
  ];
  if (problems.length + own.length > 0 || start === null || typeof named !== "string")
    throw new UsageError([...problems, ...own]);
  const clients = clientsOf(read.settings);
  try {
    const month = { month: named, start, now, force: input.options["force"] === true };
    return await withStores(read, clients, terminal.signal, (stores) =>
      close(stores, read, month, input.options["json"] === true, terminal),
    );
  } finally {
    clients.close();
  }
};

interface MonthToClose {
  readonly month: string;
  readonly start: Instant;
  readonly now: Instant;
  readonly force: boolean;
}

async function close(
  stores: Stores,
  { settings, accounts }: ReportSettings,
  { month, start, now, force }: MonthToClose,
  json: boolean,
  terminal: Terminal,
): Promise<ExitCode> {
  const before = await stores.closeBook.closed(month);
  if (before !== null)
    throw new CliError(
      `${month} was closed on ${isoOf(before.closedAt)}: a month is closed once. What changes after that is shown as adjustments.`,
    );
  const end = startOfMonth(start, 1);
  if (now < plusMs(end, settledAfterMs) && !(force && now >= end)) {
    throw new CliError(
      `${month} ends on ${isoOf(end)}, and its last sessions are settled four hours later: close it after ${isoOf(plusMs(end, settledAfterMs))}.`,
    );
  }
  const request: CostRequest = {
    now,
    from: start,
    until: end,
    targets: await stores.targets(),
    includes: () => true,
    groupBy: [],
    top: 0,
    prices: settings.prices,
    gb: accounts.meter.gb,
    kind: codeInterpreterKind,
    attribution: accounts.attribution,
    principalOf: () => null,
  };
  if (!force) refuseWhereUnread(month, end, await coverageOf(stores, request.targets));
  // Before history is read: a bill that is closed by then, history has as a whole.
  const unfinished = await unfinishedBills(stores.ledger, request.targets, request);
  const { counts, total } = await costReport(stores, request, terminal.signal);
  if (!force) refuseWhereUnsettled(month, counts, unfinished);
  // Read again as it will be read from now on: what is frozen is what history has.
  const frozen = (await costReportAsOf(stores, request, now, terminal.signal)).total.known;
  if (!force && compareUsd(frozen, total.known) !== 0) {
    throw new CliError(`costs of ${month} were written while it was being closed: close it again in some minutes.`);
  }
  const outcome = await stores.closeBook.close({ month, closedAt: now, snapshot: snapshotOf(frozen) });
  if (outcome === "closed-before")
    throw new CliError(`${month} was closed by another run meanwhile: see \`sandmeter report --month ${month}\`.`);
  terminal.out(closedText(month, now, formatUsd(frozen), counts, json));
  return exitCode.done;
}

function closedText(
  month: string,
  closedAt: Instant,
  knownUsd: string,
  { sessions, provisional, bounded, unpriced }: SessionCounts,
  json: boolean,
): string {
  const withoutFigure = bounded + unpriced;
  if (json) {
    return `${safeJson({ month, closedAt: isoOf(closedAt), knownUsd, sessions, provisional, withoutFigure })}\n`;
  }
  const without = withoutFigure === 0 ? "" : ` ${withoutFigure} of them without a figure: what they cost is not in it.`;
  return `${month} is closed at $${knownUsd}, ${sessions} ${sessions === 1 ? "session" : "sessions"}.${without} What is restated from now on is shown as adjustments.\n`;
}
