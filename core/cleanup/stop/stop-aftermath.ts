import type { Instant } from "../../kernel/instant.ts";

/**
 * What the records that came later say of a stop. `race`: it worked between the horizon that it was stopped by and the stop, which nobody
 * could know. `wrong`: it worked in the `idleAfter` before that horizon, which must never be. `clean`: neither. `unknown`: not all
 * of it is recorded, and what is shows no work.
 */
export interface StopAftermath {
  readonly verdict: "clean" | "race" | "wrong" | "unknown";
  readonly judgedAt: Instant;
  /** When it worked first, of what makes the verdict; null where no work was found. */
  readonly workedAt: Instant | null;
  /** One sentence; null for `clean`. */
  readonly message: string | null;
}
