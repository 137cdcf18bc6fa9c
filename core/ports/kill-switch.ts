import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Whether anything may be stopped, who said so, and when; null where nobody has said anything. */
export interface SwitchPosition {
  readonly state: "armed" | "disarmed";
  readonly by: string | null;
  readonly why: string | null;
  readonly at: Instant | null;
}

/** What cannot be read is `unknown`, and then nothing is stopped. */
export type KillSwitch = SwitchPosition | { readonly state: "unknown"; readonly problem: Problem };

/**
 * One switch for all targets, read before each stop. Disarmed until somebody arms it. One contract suite holds for every
 * adapter. Both throw only when `signal` is aborted.
 */
export interface KillSwitchStore {
  readonly read: (signal: AbortSignal) => Promise<KillSwitch>;
  /** Null where it was written; the last one to write it is right. */
  readonly write: (position: SwitchPosition, signal: AbortSignal) => Promise<Problem | null>;
}
