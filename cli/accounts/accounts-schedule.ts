import type { AccountsOutcome } from "../../core/jobs/accounts-outcome.ts";
import type { Instant } from "../../core/kernel/instant.ts";

export type KeepAccounts = (now: Instant, signal: AbortSignal) => Promise<AccountsOutcome>;

/** Keeps the accounts in the first pass, and then in each one that begins `everyMs` or more after the last that did. */
export function accountsSchedule(
  everyMs: number,
  keep: KeepAccounts,
): (now: Instant, signal: AbortSignal) => Promise<AccountsOutcome | null> {
  let dueAt = Number.NEGATIVE_INFINITY;
  return async (now, signal) => {
    if (now < dueAt) return null;
    dueAt = now + everyMs;
    return keep(now, signal);
  };
}
