import type { LocalClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import type { ActivityProfile } from "../../local/fleet/activity.ts";
import { sessionIdOf } from "../../local/fleet/identifiers.ts";
import type { LocalSession, Place, UnknownBehaviours, World } from "../../local/world.ts";

export const startAt = Date.UTC(2026, 10, 2, 9, 30, 15, 250);
export const minute = 60_000;
export const hour = 60 * minute;

/** Stands still until it is advanced. */
export function handClock(at = startAt): LocalClock {
  let now = at;
  return {
    speed: 0,
    now: () => now,
    wall: () => 0,
    advance: (ms) => {
      now += ms;
    },
  };
}

interface SessionOptions {
  readonly profile?: ActivityProfile;
  readonly seed?: number;
  readonly createdAt?: number;
  readonly bootAt?: number;
  readonly timeoutSeconds?: number;
  readonly stoppedAt?: number | null;
  readonly region?: string;
  readonly interpreterId?: string;
}

export function aSession(options: SessionOptions = {}): LocalSession {
  const { profile = "bursty", seed = 7, createdAt = startAt, timeoutSeconds = 900, stoppedAt = null } = options;
  return {
    account: "111122223333",
    region: options.region ?? "us-east-1",
    interpreterId: options.interpreterId ?? "aws.codeinterpreter.v1",
    id: sessionIdOf(createdAt, seed),
    name: null,
    createdAt,
    bootAt: options.bootAt ?? createdAt,
    timeoutSeconds,
    activity: { profile, seed },
    plannedStopAt: stoppedAt,
    stoppedAt,
    calls: [],
  };
}

interface SmallWorld {
  readonly world: World;
  readonly place: Place;
  readonly clock: LocalClock;
}

/** A world with nothing but these sessions, all of one Region's interpreters. */
export function worldOf(
  sessions: readonly LocalSession[],
  unknowns: Partial<UnknownBehaviours> = {},
  at = startAt,
): SmallWorld {
  const clock = handClock(at);
  const world = createWorld({ fleet: "empty", seed: 1, clock, unknowns });
  const region = sessions[0]?.region ?? "us-east-1";
  const place = world.place("111122223333", region);
  if (place === null) throw new Error(`${region} is not enabled`);
  for (const session of sessions) enter(place, session);
  return { world, place, clock };
}

function enter(place: Place, session: LocalSession): void {
  const known = place.sessions.get(session.interpreterId) ?? new Map<string, LocalSession>();
  known.set(session.id, session);
  place.sessions.set(session.interpreterId, known);
}
