import type { LocalSession, World } from "../world.ts";
import { busySpans } from "./busy-spans.ts";
import { sessionIdOf } from "./identifiers.ts";
import { plannedEnd, stoppedByClientAt } from "./life.ts";
import { hash } from "./random.ts";

/** How long it takes to be told that a session is gone, and from then on until there is another in its place. */
const refusedMs = 20;
const againMs = 300;

/**
 * Lets the callers of `returning` sessions act on what they find, up to now. One who comes back to a session that is gone,
 * whoever ended it, is refused, and starts another of the same name in its place. To be called before a world is looked at.
 */
export function settleReturns(world: World): void {
  const now = world.clock.now();
  const waiting = waitingIn(world);
  for (let index = 0; index < waiting.length; index++) {
    const session = waiting[index];
    if (session === undefined || plannedEnd(session).endedAt > now) continue;
    const backAt = nextRequestAt(session);
    if (backAt !== null && backAt + againMs > now) continue;
    waiting.splice(index--, 1);
    if (backAt === null) continue;
    const next = successorOf(session, backAt + againMs);
    session.calls.push({
      operation: "InvokeCodeInterpreter",
      startAt: backAt,
      endAt: backAt + refusedMs,
      isRefused: true,
    });
    world.place(session.account, session.region)?.sessions.get(session.interpreterId)?.set(next.id, next);
    // It may be gone again by now, and its caller back once more: the list grows while it is gone through.
    waiting.push(next);
  }
}

const waitingByWorld = new WeakMap<World, LocalSession[]>();

/** Sessions to which their callers may still come back. */
function waitingIn(world: World): LocalSession[] {
  const known = waitingByWorld.get(world);
  if (known !== undefined) return known;
  const found = [...world.places()]
    .flatMap((place) => [...place.sessions.values()])
    .flatMap((sessions) => [...sessions.values()])
    .filter((session) => session.activity.profile === "returning");
  waitingByWorld.set(world, found);
  return found;
}

/** The first request of its plan that comes after its end; null where there is none, or its caller stopped it and knows. */
function nextRequestAt(session: LocalSession): number | null {
  const { endedAt, endedBy } = plannedEnd(session);
  if (endedBy === "stop" && stoppedByClientAt(session) === null) return null;
  const planned = { ...session, calls: [] };
  const next = busySpans(planned, endedAt, Number.MAX_SAFE_INTEGER).find(
    (span) => span.isRequest && span.startAt >= endedAt,
  );
  return next?.startAt ?? null;
}

function successorOf(session: LocalSession, createdAt: number): LocalSession {
  const { seed, originAt = session.createdAt } = session.activity;
  return {
    ...session,
    id: sessionIdOf(createdAt, hash(seed, 88, createdAt)),
    createdAt,
    bootAt: createdAt,
    activity: { ...session.activity, originAt },
    plannedStopAt: null,
    stoppedAt: null,
    calls: [],
  };
}
