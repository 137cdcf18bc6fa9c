import type { AccountsOutcome, TargetAccounts } from "../core/jobs/accounts/outcome.ts";
import { isoOf } from "../core/kernel/instant.ts";
import type { PassLog } from "./pass-summary.ts";

/** What a pass over the ledger comes to: the answer of an invocation by hand, and the gist of the log. */
export interface AccountsSummary {
  readonly asOf: string;
  readonly complete: boolean;
  readonly targets: readonly {
    readonly account: string;
    readonly region: string;
    readonly status: TargetAccounts["status"];
    /** Usage records that the pass read. */
    readonly records: number;
    readonly closed: number;
    readonly restated: number;
    readonly open: number;
    readonly lateUnverifiable: number;
    readonly lateUncertain: number;
  }[];
  readonly events: { readonly sent: number; readonly unsent: number };
}

/** Nothing could be read or remembered of any target: the invocation fails with this, so that it is tried again. */
class AccountsFailedError extends Error {
  readonly summary: AccountsSummary;
  constructor(summary: AccountsSummary) {
    super(
      `the accounts of ${summary.asOf} were not kept: each of the ${summary.targets.length} targets failed, for reasons that the log lines name`,
    );
    this.name = "AccountsFailedError";
    this.summary = summary;
  }
}

/** Logs what a pass found missing and returns what it came to. Throws `AccountsFailedError` where it came to nothing. */
export function concludeAccounts(outcome: AccountsOutcome, log: PassLog): AccountsSummary {
  for (const target of outcome.targets) logTarget(target, log);
  for (const problem of outcome.problems) log.error("costs not checked", { problem });
  for (const { event, result, reason } of outcome.events) {
    if (result !== "unsent") continue;
    log.warn("event not sent; the next pass sends it", { detailType: event.detailType, reason });
  }
  const summary = summaryOf(outcome);
  if (outcome.targets.length > 0 && outcome.targets.every(({ status }) => status === "failed")) {
    throw new AccountsFailedError(summary);
  }
  // The stack counts this line (infra/alarms.ts): without it for a while, somebody is told.
  if (summary.complete) log.info("accounts complete", { pass: summary });
  else log.warn("accounts partial", { pass: summary });
  return summary;
}

function logTarget({ target: { account, region }, status, problems, usage }: TargetAccounts, log: PassLog): void {
  if (status === "failed") log.error("accounts not kept", { account, region, problems });
  else if (problems.length > 0) log.warn("accounts kept in part", { account, region, problems });
  const unmetered = usage.flatMap(({ interpreter, located }) => (located.kind === "none" ? [interpreter] : []));
  if (unmetered.length > 0) log.info("interpreters without usage logs", { account, region, interpreters: unmetered });
}

const summaryOf = (outcome: AccountsOutcome): AccountsSummary => ({
  asOf: isoOf(outcome.asOf),
  complete: outcome.complete,
  targets: outcome.targets.map(
    ({ target, status, sources, closed, restated, open, lateUnverifiable, lateUncertain }) => ({
      account: target.account,
      region: target.region,
      status,
      records: sources.reduce((sum, source) => sum + source.records, 0),
      closed,
      restated,
      open,
      lateUnverifiable,
      lateUncertain,
    }),
  ),
  events: {
    sent: outcome.events.filter(({ result }) => result === "sent").length,
    unsent: outcome.events.filter(({ result }) => result === "unsent").length,
  },
});
