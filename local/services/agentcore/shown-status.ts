import { endOf, type SessionStatus, sessionStatusAt } from "../../fleet/life.ts";
import { wholeBetween } from "../../fleet/random.ts";
import type { LocalSession, World } from "../../world.ts";

/**
 * The status that Get and List tell. A session is over as soon as it is stopped; AWS does not say how long its status goes
 * on being READY after that, so here it may do so for a while.
 */
export function shownStatusAt(session: LocalSession, world: World, now: number): SessionStatus {
  const end = endOf(session, now);
  if (world.unknowns.stopSettling === "at-once" || end?.endedBy !== "stop") return sessionStatusAt(session, now);
  const settledAt = end.endedAt + 1000 * wholeBetween(2, 20, session.activity.seed, 89);
  return now < settledAt ? "READY" : sessionStatusAt(session, now);
}
