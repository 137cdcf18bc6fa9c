import type { Instant } from "../kernel/instant.ts";

/** The only way time enters: jobs get `now` from their home; only schedules and acting adapters hold a clock. */
export interface Clock {
  readonly now: () => Instant;
  /** Resolves after `ms` of this clock's time, or at once when `signal` aborts (it does not reject). */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}
