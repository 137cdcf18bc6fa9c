import type { AccountsOutcome } from "../../core/jobs/accounts/outcome.ts";
import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import type { Instant } from "../../core/kernel/instant.ts";

/** `pass` is the one that the job runs beside: what it saw says which targets there are. */
type Job<T> = (now: Instant, pass: PassOutcome, signal: AbortSignal) => Promise<T>;

/** A job beside the passes: reading a day of usage records must not keep anyone from seeing a quota run out. */
export interface Beside<T> {
  /**
   * To be called in each pass, with what it found. Begins the job where it is due and not at work; answers the outcomes that nobody was told
   * of yet, the oldest first: of one that ended since the last call, and with `isLast` of the one at work too, which it waits for. Rejects with
   * what the job rejected with.
   */
  readonly inPass: (now: Instant, pass: PassOutcome, isLast: boolean, signal: AbortSignal) => Promise<readonly T[]>;
}

export type AccountsBeside = Beside<AccountsOutcome>;

export const noAccounts: AccountsBeside = { inPass: async () => [] };

/** Runs a job in the first pass, and then in each one that begins `everyMs` or more after the last that did. */
export function besidePasses<T>(everyMs: number, keep: Job<T>): Beside<T> {
  let dueAt = Number.NEGATIVE_INFINITY;
  let atWork: Promise<void> | null = null;
  let ended: { readonly outcome: T } | { readonly error: unknown } | null = null;
  const begin = (now: Instant, pass: PassOutcome, signal: AbortSignal): void => {
    dueAt = now + everyMs;
    atWork = keep(now, pass, signal)
      .then(
        (outcome) => {
          ended = { outcome };
        },
        (error: unknown) => {
          ended = { error };
        },
      )
      .finally(() => {
        atWork = null;
      });
  };
  const take = (): readonly T[] => {
    const result = ended;
    ended = null;
    if (result !== null && "error" in result) throw result.error;
    return result === null ? [] : [result.outcome];
  };
  return {
    inPass: async (now, pass, isLast, signal) => {
      // First, so that no later run hides what one failed with.
      const before = take();
      if (atWork === null && now >= dueAt) begin(now, pass, signal);
      if (!isLast) return before;
      await atWork;
      return [...before, ...take()];
    },
  };
}
