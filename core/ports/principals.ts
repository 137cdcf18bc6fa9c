import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Who started a session, as a trail of data events tells it: the ARN of an assumed role's session, a user or a role. */
export interface SessionPrincipal extends SessionKey {
  readonly principal: string;
}

/** Principals of the sessions of a target that started in [from, until). */
export type ReadPrincipals = (
  target: Target,
  from: Instant,
  until: Instant,
  signal: AbortSignal,
) => Promise<{ readonly principals: readonly SessionPrincipal[]; readonly problems: readonly Problem[] }>;
