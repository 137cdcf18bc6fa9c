import type { Instant } from "../kernel/instant.ts";
import type { PressureLevel, PressureObservation } from "./alert-observation.ts";
import type { AlertRule } from "./alert-rule.ts";

/** The remembered state of one quota of one target. */
export interface QuotaAlert {
  readonly quotaCode: string;
  readonly level: PressureLevel;
  readonly since: Instant;
  /** The last observations, newest last, at most N of "M of N". Passes that saw nothing leave no observation. */
  readonly recent: readonly PressureObservation[];
}

export interface AlertTransition {
  readonly from: PressureLevel;
  readonly to: PressureLevel;
}

/**
 * Takes one observation into an alert, and says whether its level changed. `null` is an alert without a past: it is ok.
 *
 * A level opens where enough of the last observations reach it, and is left where as many of them *in a row* no longer
 * hold it. The asymmetry is on purpose: a series that jumps over both thresholds at each pass opens one alert, and
 * closes it when it has calmed down, instead of opening and closing all night.
 */
export function advanceAlert(
  quotaCode: string,
  before: QuotaAlert | null,
  observation: PressureObservation,
  rule: AlertRule,
): { readonly alert: QuotaAlert; readonly transition: AlertTransition | null } {
  const from = before?.level ?? "ok";
  // A pass that was due earlier and ran late says nothing new of the past.
  if (before?.recent.some((seen) => seen.at > observation.at)) return { alert: before, transition: null };
  // A pass that is repeated sees the same moment again: it replaces what it saw, and is not a second opinion.
  const earlier = (before?.recent ?? []).filter((seen) => seen.at < observation.at);
  const recent = [...earlier, observation].slice(-rule.window);
  const to = raised(from, recent, rule) ?? lowered(from, recent, rule) ?? from;
  const since = to === from && before !== null ? before.since : observation.at;
  return {
    alert: { quotaCode, level: to, since, recent },
    transition: to === from ? null : { from, to },
  };
}

const levels: readonly PressureLevel[] = ["ok", "warning", "critical"];

const rank = (level: PressureLevel): number => levels.indexOf(level);

function raised(from: PressureLevel, recent: readonly PressureObservation[], rule: AlertRule): PressureLevel | null {
  const reached = (level: PressureLevel): number => recent.filter((seen) => rank(seen.opens) >= rank(level)).length;
  return levels.findLast((level) => rank(level) > rank(from) && reached(level) >= rule.enough) ?? null;
}

function lowered(from: PressureLevel, recent: readonly PressureObservation[], rule: AlertRule): PressureLevel | null {
  const newest = recent.slice(-rule.enough);
  if (newest.length < rule.enough) return null;
  const held = Math.max(...newest.map((seen) => rank(seen.holds)));
  return held < rank(from) ? (levels[held] ?? null) : null;
}
