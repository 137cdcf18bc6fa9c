import type { Session } from "../../inventory/session.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { SessionEvidence } from "../evidence/evidence.ts";
import type { Policy, Protection } from "../policy/policy.ts";

/** What a decision is made of. Replayed with the same facts, it is the same. */
export interface SessionFacts {
  readonly session: Session;
  readonly evidence: SessionEvidence;
  /** Null where no policy matches. */
  readonly policy: Policy | null;
  readonly protection: Protection | null;
}

/**
 * Why. `keep`: `no-policy`, `ended`, `protected`, `too-young`, `expires-soon`, `active` (it worked at its horizon or since),
 * `unprovable` (no evidence can show it: what to turn on is said), `unknown-activity` (evidence that there should be is missing).
 * `watch`: `quiet` (idle, not long enough yet). `stop`: `idle-observed`, `over-age` (idle and over age), `over-age-busy`.
 * When each applies, and which of several is told: core/cleanup/decision/decide.ts.
 */
export type DecisionReason =
  | "no-policy"
  | "ended"
  | "protected"
  | "too-young"
  | "expires-soon"
  | "active"
  | "unprovable"
  | "unknown-activity"
  | "quiet"
  | "idle-observed"
  | "over-age"
  | "over-age-busy";

export interface Decision {
  readonly action: "keep" | "watch" | "stop";
  readonly reason: DecisionReason;
  /** One sentence for a person, with the figures. Names of others are not in it. */
  readonly text: string;
  /** The horizon H; null where it is not known. */
  readonly horizon: Instant | null;
  /** Since when it is known not to have worked, up to the horizon; null where that is not known. */
  readonly idleSince: Instant | null;
  /** When it can be stopped at the earliest, where nothing but time is missing. */
  readonly dueAt: Instant | null;
}
