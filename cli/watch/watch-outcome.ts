import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";

/** A pass of the watch: what was observed, and what became of the ledger and of clean-up where one of them ended in this pass; else null. */
export interface WatchOutcome extends PassOutcome {
  readonly accounts: AccountsOutcome | null;
  readonly cleanup: SweepPassOutcome | null;
}
