import type { Instant } from "../kernel/instant.ts";
import type { AlertRule } from "./alert-rule.ts";
import type { QuotaThresholds } from "./thresholds.ts";
import { type QuotaState, type QuotaUse, quotaStateOf } from "./use.ts";

/** Levels of pressure in rising order. `exhausted` use is `critical` pressure. */
export type PressureLevel = "ok" | "warning" | "critical";

/** What one pass saw of one quota: the level that its use would open, and the one that it would still hold. */
export interface PressureObservation {
  readonly at: Instant;
  readonly opens: PressureLevel;
  /** At least `opens`: levels close some points lower than they open. */
  readonly holds: PressureLevel;
}

/**
 * Null where the pass proves nothing: the limit or the use is unknown, or the quota is not enabled. An incomplete count
 * can prove that use is high, never that it is low again, so it holds every level.
 */
export function observationOf(at: Instant, use: QuotaUse, rule: AlertRule): PressureObservation | null {
  const opens = pressureOf(use.state);
  if (opens === null || use.limit === null) return null;
  if (use.used === null) return { at, opens, holds: "critical" };
  const count = { known: use.used, atLeast: use.used };
  const holds = pressureOf(quotaStateOf(use.limit, count, closingThresholds(use.limit, rule)));
  return holds === null ? null : { at, opens, holds };
}

/** The level of pressure that a state of use is; null for states that say nothing of pressure. */
function pressureOf(state: QuotaState): PressureLevel | null {
  switch (state) {
    case "ok":
    case "warning":
    case "critical":
      return state;
    case "exhausted":
      return "critical";
    case "not-enabled":
    case "unknown":
      return null;
    default:
      return state satisfies never;
  }
}

// "50 left" closes when as much more is left as the points are worth: both tests then move by the same distance.
function closingThresholds(limit: number, rule: AlertRule): QuotaThresholds {
  const more = (limit * rule.closePoints) / 100;
  const { warning, critical, leftFromPct } = rule.thresholds;
  return {
    warning: { utilizationPct: warning.utilizationPct - rule.closePoints, left: warning.left + more },
    critical: { utilizationPct: critical.utilizationPct - rule.closePoints, left: critical.left + more },
    leftFromPct: leftFromPct - rule.closePoints,
  };
}
