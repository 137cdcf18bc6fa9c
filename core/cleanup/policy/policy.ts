import type { AccountId, InterpreterId, Region, SessionId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";

/** Which sessions a policy or a protection is about. Absent members match all; patterns were compiled at the door. */
export interface SessionMatch {
  readonly account: AccountId | null;
  readonly region: Region | null;
  readonly interpreter: InterpreterId | null;
  readonly session: SessionId | null;
  readonly name: NamePattern | null;
}

/** A safe regular expression: linear time, bounded length. A session without a name matches none. */
export interface NamePattern {
  readonly text: string;
  readonly matches: (name: string) => boolean;
}

export interface Protection {
  readonly match: SessionMatch;
  /** Who made it: the administrator's bounds, which no order overrides; the policy file; a person, for a while. */
  readonly source: "bounds" | "policy" | "hand";
  /** It lapses then; null: as long as it stands in the policy. */
  readonly until: Instant | null;
  readonly why: string;
}

/** Stops of one target within a window, beyond which all are refused. */
export interface Breaker {
  readonly maxStops: number;
  /** Of the target's sessions that live or were stopped within the window, 0 to 100. */
  readonly maxStopsPct: number;
  readonly windowMs: number;
}

/** How calls are counted: see docs/idle.md. */
export type InvocationStamp = "start" | "completion" | "unknown";

export interface Policy {
  readonly id: string;
  /** Of its text: a plan says by which one it was made. */
  readonly hash: string;
  readonly match: SessionMatch;
  readonly mode: "observe" | "enforce";
  readonly idleAfterMs: number;
  readonly minAgeMs: number;
  /** Null: no limit. */
  readonly maxAgeMs: number | null;
  /** Stops sessions over age that are known to work, too: outside of the guarantee. */
  readonly maxAgeStopsBusy: boolean;
  /** A session that its timeout ends within this is left to it. */
  readonly skipIfExpiresWithinMs: number;
  readonly evidence: "strict" | "invocations";
  readonly maxStopsPerPass: number;
  readonly breaker: Breaker;
}

export interface PolicySet {
  readonly policies: readonly Policy[];
  readonly protections: readonly Protection[];
  /** As the configuration says: no policy file does. */
  readonly invocationStamp: InvocationStamp;
}
