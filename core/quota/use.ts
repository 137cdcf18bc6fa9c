import type { LimitSource, QuotaDefinition } from "./definition.ts";

/**
 * `exhausted`: nothing left. `not-enabled`: the applied limit is 0, which is seen on new accounts and is no percentage.
 * `unknown`: the limit or the use could not be read.
 */
export type QuotaState = "ok" | "warning" | "critical" | "exhausted" | "not-enabled" | "unknown";

/** How much of a quota is used in one target. */
export interface QuotaUse {
  readonly definition: QuotaDefinition;
  readonly limit: number | null;
  readonly limitSource: LimitSource | null;
  /** Null where the count is not complete. */
  readonly used: number | null;
  /** What was counted for certain; equals `used` where that is known. */
  readonly usedAtLeast: number;
  /** Null where the use or the limit is unknown, and where the limit is 0. */
  readonly utilizationPct: number | null;
  readonly state: QuotaState;
}
