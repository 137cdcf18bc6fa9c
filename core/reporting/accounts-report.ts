import type { AccountsOutcome, SourceOutcome, TargetAccounts } from "../jobs/accounts/outcome.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";

/** What became of the ledger in a pass, as `watch --json` writes it. Unknown figures are null. */
export interface AccountsReport {
  readonly asOf: string;
  readonly complete: boolean;
  readonly targets: readonly ReturnType<typeof targetReport>[];
  /** Closed bills that were restated because the price book has changed. */
  readonly repriced: number;
  readonly budgets: readonly {
    readonly budget: string;
    readonly value: string | null;
    readonly from: string;
    readonly until: string;
    readonly knownUsd: string;
    readonly lowUsd: string;
    readonly highUsd: string | null;
  }[];
  readonly events: readonly {
    readonly result: string;
    readonly reason: string | null;
    readonly detailType: string;
    readonly detail: unknown;
  }[];
  readonly problems: AccountsOutcome["problems"];
}

export const accountsReport = (outcome: AccountsOutcome): AccountsReport => ({
  asOf: isoOf(outcome.asOf),
  complete: outcome.complete,
  targets: outcome.targets.map(targetReport),
  repriced: outcome.repriced,
  budgets: outcome.budgets.map(({ budget, value, window, spend }) => ({
    budget,
    value,
    from: isoOf(window.from),
    until: isoOf(window.until),
    knownUsd: formatUsd(spend.known),
    lowUsd: formatUsd(spend.low),
    highUsd: spend.high === null ? null : formatUsd(spend.high),
  })),
  events: outcome.events.map(({ event, result, reason }) => ({
    result,
    reason,
    detailType: event.detailType,
    detail: event.detail,
  })),
  problems: outcome.problems,
});

const targetReport = (accounts: TargetAccounts) => ({
  account: accounts.target.account,
  region: accounts.target.region,
  status: accounts.status,
  interpreters: accounts.usage.map(({ interpreter, located }) => ({
    interpreter,
    usage: located.kind === "found" ? "found" : located.reason,
    place: located.kind === "found" ? located.location.place : null,
    reason: located.kind === "found" ? null : located.problem.message,
  })),
  sources: accounts.sources.map(sourceReport),
  touched: accounts.touched,
  closed: accounts.closed,
  restated: accounts.restated,
  open: accounts.open,
  lateUnverifiable: accounts.lateUnverifiable,
  lateUncertain: accounts.lateUncertain,
  problems: accounts.problems,
});

const sourceReport = (source: SourceOutcome) => ({
  place: source.place,
  interpreters: source.interpreters,
  readUntil: timeOf(source.readUntil),
  finalUntil: timeOf(source.finalUntil),
  lines: source.lines,
  records: source.records,
  skipped: Object.fromEntries(source.skipped),
  complete: source.complete,
  approximate: source.approximate,
});

const timeOf = (at: Instant | null): string | null => (at === null ? null : isoOf(at));
