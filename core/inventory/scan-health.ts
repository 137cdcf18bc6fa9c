import type { Instant } from "../kernel/instant.ts";

/** Levels in falling order of what is still seen. */
export type HealthLevel = "ok" | "partial" | "failed";

/** The remembered state of reading one target. */
export interface ScanHealth {
  readonly level: HealthLevel;
  readonly since: Instant;
  /** What the last pass saw where it was better than `level`: recovery waits for a second one. Null otherwise. */
  readonly recovering: HealthLevel | null;
}

export interface HealthTransition {
  readonly from: HealthLevel;
  readonly to: HealthLevel;
}

/**
 * Takes what one pass saw into the health of its target. It worsens at once, for blindness must not wait, and recovers
 * after two better passes in a row, so that a Region that answers every other time is one event and not one per pass.
 */
export function advanceHealth(
  before: ScanHealth | null,
  at: Instant,
  seen: HealthLevel,
): { readonly health: ScanHealth; readonly transition: HealthTransition | null } {
  const from = before?.level ?? "ok";
  const since = before?.since ?? at;
  const changed = (to: HealthLevel) => ({
    health: { level: to, since: at, recovering: null },
    transition: { from, to },
  });
  if (rank(seen) > rank(from)) return changed(seen);
  if (rank(seen) === rank(from)) return { health: { level: from, since, recovering: null }, transition: null };
  const recovering = before?.recovering ?? null;
  if (recovering === null) return { health: { level: from, since, recovering: seen }, transition: null };
  return changed(rank(recovering) > rank(seen) ? recovering : seen);
}

const levels: readonly HealthLevel[] = ["ok", "partial", "failed"];

const rank = (level: HealthLevel): number => levels.indexOf(level);
