import type { Session } from "../../inventory/session.ts";
import type { Instant } from "../../kernel/instant.ts";
import { matchesSession } from "./choose-policy.ts";
import type { Protection } from "./policy.ts";

/** The protection of a session that is in force: the administrator's, else the one that lasts longest; null where there is none. */
export function protectionOf(protections: readonly Protection[], session: Session, now: Instant): Protection | null {
  let longest: Protection | null = null;
  for (const protection of protections) {
    if (!isInForce(protection, now) || !matchesSession(protection.match, session)) continue;
    if (longest === null || outweighs(protection, longest)) longest = protection;
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

/** What `--override-protection` lifts: what policies and persons protect, and never what the administrator does. */
export const canBeOverridden = ({ source }: Protection): boolean => source !== "bounds";

export const neverStopText =
  "The administrator keeps it from every stop (cleanup.bounds.neverStop of the configuration), and no order overrides that.";

const outweighs = (a: Protection, b: Protection): boolean =>
  a.source === "bounds" || b.source === "bounds"
    ? b.source !== "bounds"
    : b.until !== null && (a.until === null || a.until > b.until);
