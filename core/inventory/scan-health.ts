import type { Instant } from "../kernel/instant.ts";

/** Levels in falling order of what is still seen. A Region that is not enabled is `ok`: there is nothing to see. */
export type HealthLevel = "ok" | "partial" | "failed";

/** The remembered state of reading one target. */
export interface ScanHealth {
  readonly level: HealthLevel;
  readonly since: Instant;
  /** Passes in a row that saw more than `level` says, and the worst of them: recovery waits until there are enough. */
  readonly better: number;
  readonly worstOfBetter: HealthLevel;
}
