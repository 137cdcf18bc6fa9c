import type { Session } from "../inventory/session.ts";
import type { Instant } from "../kernel/instant.ts";
import { matchesSession } from "./choose-policy.ts";
import type { Protection } from "./policy.ts";

/** The protection of a session that is in force and lasts longest, or null. */
export function protectionOf(protections: readonly Protection[], session: Session, now: Instant): Protection | null {
  let longest: Protection | null = null;
  for (const protection of protections) {
    if (!isInForce(protection, now) || !matchesSession(protection.match, session)) continue;
    if (longest === null || lastsLonger(protection, longest)) longest = protection;
  }
  return longest;
}

/** At the very instant of its end it has lapsed. */
export const isInForce = ({ until }: Protection, now: Instant): boolean => until === null || now < until;

/** Those in force that lapse within `warnBeforeMs`, first to lapse first. */
export const lapsingProtections = (
  protections: readonly Protection[],
  now: Instant,
  warnBeforeMs: number,
): readonly Protection[] =>
  protections
    .filter(({ until }) => until !== null && now < until && until - now <= warnBeforeMs)
    .toSorted((a, b) => (a.until ?? 0) - (b.until ?? 0));

const lastsLonger = (a: Protection, b: Protection): boolean =>
  b.until !== null && (a.until === null || a.until > b.until);
