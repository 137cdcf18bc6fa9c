import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";

/** A pass of the watch: what was observed, and what became of the ledger where this pass kept it; null where it did not. */
export interface WatchOutcome extends PassOutcome {
  readonly accounts: AccountsOutcome | null;
}
