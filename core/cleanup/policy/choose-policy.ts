import type { Session } from "../../inventory/session.ts";
import type { Policy, SessionMatch } from "./policy.ts";

/**
 * The most specific policy that matches: one that names the session before one that names sessions by pattern, then the interpreter,
 * the Region, the account. Where two as specific as each other match, as two patterns can, it is not known which was meant: null, so
 * that the session is kept.
 */
export function choosePolicy(policies: readonly Policy[], session: Session): Policy | null {
  let best: Policy | null = null;
  let bestRank = -1;
  for (const policy of policies) {
    const rank = specificityOf(policy.match);
    if (rank < bestRank || !matchesSession(policy.match, session)) continue;
    best = rank === bestRank ? null : policy;
    bestRank = rank;
  }
  return best;
}

/** From 0, which matches every session; each member outweighs all after it. */
export const specificityOf = (match: SessionMatch): number =>
  (match.session === null ? 0 : 16) +
  (match.name === null ? 0 : 8) +
  (match.interpreter === null ? 0 : 4) +
  (match.region === null ? 0 : 2) +
  (match.account === null ? 0 : 1);

/** Every member has to hold. A session without a name matches no pattern, and the pattern, which takes longest, is asked last. */
export const matchesSession = (match: SessionMatch, session: Session): boolean =>
  (match.session === null || match.session === session.id) &&
  (match.interpreter === null || match.interpreter === session.interpreter) &&
  (match.region === null || match.region === session.target.region) &&
  (match.account === null || match.account === session.target.account) &&
  (match.name === null || (session.name !== null && match.name.matches(session.name)));
