import type { LimitSource, QuotaDefinition } from "./definition.ts";
import type { QuotaThreshold, QuotaThresholds } from "./thresholds.ts";

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

/** A count, or what of it is certain: `known` is null where the listing behind it is not complete. */
export interface Count {
  readonly known: number | null;
  readonly atLeast: number;
}

/** Sets a count against its limit. */
export function quotaUse(
  definition: QuotaDefinition,
  limit: { readonly limit: number; readonly source: LimitSource } | null,
  count: Count,
  thresholds: QuotaThresholds,
): QuotaUse {
  const utilizationPct =
    limit === null || limit.limit === 0 || count.known === null ? null : (100 * count.known) / limit.limit;
  return {
    definition,
    limit: limit?.limit ?? null,
    limitSource: limit?.source ?? null,
    used: count.known,
    usedAtLeast: count.atLeast,
    utilizationPct,
    state: limit === null ? "unknown" : quotaStateOf(limit.limit, count, thresholds),
  };
}

/**
 * An incomplete count can still prove pressure, for more sessions only raise it; it can never prove that all is well.
 */
export function quotaStateOf(limit: number, count: Count, thresholds: QuotaThresholds): QuotaState {
  if (limit === 0) return "not-enabled";
  const proven = stateAt(limit, count.known ?? count.atLeast, thresholds);
  return count.known === null && proven === "ok" ? "unknown" : proven;
}

function stateAt(
  limit: number,
  used: number,
  thresholds: QuotaThresholds,
): "ok" | "warning" | "critical" | "exhausted" {
  if (used >= limit) return "exhausted";
  if (isReached(limit, used, thresholds.critical, thresholds.leftFromPct)) return "critical";
  return isReached(limit, used, thresholds.warning, thresholds.leftFromPct) ? "warning" : "ok";
}

// Products instead of quotients: 80 % of a limit of 15 is then exactly 12, without a float's doubt at the threshold.
const isReached = (limit: number, used: number, threshold: QuotaThreshold, leftFromPct: number): boolean =>
  used * 100 >= threshold.utilizationPct * limit ||
  (used * 100 >= leftFromPct * limit && limit - used <= threshold.left);
