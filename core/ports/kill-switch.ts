import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Whether anything may be stopped, who said so, and when; null where nobody has said anything. */
export interface SwitchPosition {
  readonly state: "armed" | "disarmed";
  readonly by: string | null;
  readonly why: string | null;
  readonly at: Instant | null;
}

/** How the switch was set last. */
export interface SwitchSetting extends SwitchPosition {
  /** When it was set, by the clock of the place that keeps it; where that has none, as whoever set it said. */
  readonly at: Instant | null;
  /** Another one each time that it is set, though it be in the same words; null where it was never set. */
  readonly settingId: string | null;
}

/** What cannot be read is `unknown`, and then nothing is stopped. */
export type KillSwitch = SwitchSetting | { readonly state: "unknown"; readonly problem: Problem };

/**
 * One switch for all targets, read before each stop. Disarmed until somebody arms it. One contract suite holds for every
 * adapter. Both throw only when `signal` is aborted.
 */
export interface KillSwitchStore {
  readonly read: (signal: AbortSignal) => Promise<KillSwitch>;
  /** Null where it was written; the last one to write it is right. */
  readonly write: (position: SwitchPosition, signal: AbortSignal) => Promise<Problem | null>;
}
