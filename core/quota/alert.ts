import type { Instant } from "../kernel/instant.ts";

/** Levels of pressure in rising order. `exhausted` use is `critical` pressure. */
export type PressureLevel = "ok" | "warning" | "critical";

/** The remembered state of one quota of one target. */
export interface QuotaAlert {
  readonly quotaCode: string;
  readonly level: PressureLevel;
  readonly since: Instant;
  /** The last observations, newest last, at most N of "M of N". Passes that saw nothing leave no observation. */
  readonly recent: readonly { readonly at: Instant; readonly opens: PressureLevel; readonly holds: PressureLevel }[];
}
