import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Who started a session, as a trail of data events tells it: the ARN of an assumed role's session, a user or a role. */
export interface SessionPrincipal extends SessionKey {
  readonly principal: string;
}

export interface StartedSession extends SessionPrincipal {
  readonly startedAt: Instant;
}

/** Principals of the sessions of a target that started in [from, until). */
type ReadPrincipals = (
  target: Target,
  from: Instant,
  until: Instant,
  signal: AbortSignal,
) => Promise<{ readonly principals: readonly SessionPrincipal[]; readonly problems: readonly Problem[] }>;

/**
 * Starts of sessions of a target as they are told by what was delivered to the trail in [from, until), so that whoever goes on
 * from `readUntil` reads each file once. An answer may end before `until`, where there is much to read at once, or
 * where something cannot be read; the problem of that is told.
 */
export type FollowTrail = (
  target: Target,
  from: Instant,
  until: Instant,
  signal: AbortSignal,
) => Promise<{
  readonly starts: readonly StartedSession[];
  readonly readUntil: Instant;
  readonly problems: readonly Problem[];
}>;

/** A trail, to be asked for a window of starts, or to be followed as it comes in. */
export interface Trail {
  readonly read: ReadPrincipals;
  readonly follow: FollowTrail;
}
