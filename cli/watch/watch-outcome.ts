import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";

/** A pass of the watch: what was observed, and what became of the ledger and of clean-up where one of them ended in this pass; else null. */
export interface WatchOutcome extends PassOutcome {
  readonly accounts: AccountsOutcome | null;
  readonly cleanup: SweepPassOutcome | null;
  /** The last pass waits for what is at work, and tells what ended before it as well. */
  readonly earlier: { readonly accounts: readonly AccountsOutcome[]; readonly cleanup: readonly SweepPassOutcome[] };
}

export const watchOutcome = (
  pass: PassOutcome,
  accounts: readonly AccountsOutcome[],
  cleanup: readonly SweepPassOutcome[],
): WatchOutcome => ({
  ...pass,
  accounts: accounts.at(-1) ?? null,
  cleanup: cleanup.at(-1) ?? null,
  earlier: { accounts: accounts.slice(0, -1), cleanup: cleanup.slice(0, -1) },
});

/** All that the pass tells of the ledger, the oldest first. */
export const accountsOf = ({ accounts, earlier }: WatchOutcome): readonly AccountsOutcome[] => [
  ...earlier.accounts,
  ...(accounts === null ? [] : [accounts]),
];

/** All that it tells of clean-up. */
export const cleanupsOf = ({ cleanup, earlier }: WatchOutcome): readonly SweepPassOutcome[] => [
  ...earlier.cleanup,
  ...(cleanup === null ? [] : [cleanup]),
];
