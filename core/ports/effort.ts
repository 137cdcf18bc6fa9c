import type { Target } from "../inventory/target.ts";

/** What reading has cost up to now. Both figures only grow; the difference of two readings is what happened between them. */
interface Effort {
  /** Milliseconds of wall time from any fixed start. */
  readonly wallMs: number;
  /** HTTP attempts, retries included; null where nobody counts them. */
  readonly apiAttempts: number | null;
}

export type ReadEffort = (target: Target) => Effort;
