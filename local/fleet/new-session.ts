import type { LocalSession, Place, World } from "../world.ts";
import { sessionIdOf } from "./identifiers.ts";
import { hash, hashText } from "./random.ts";

/** The session timeout where the caller names none. */
const defaultTimeoutSeconds = 900;

export interface NewSession {
  readonly interpreterId: string;
  readonly now: number;
  readonly requestId?: string;
  readonly name?: string | null;
  readonly timeoutSeconds?: number;
}

/**
 * A session that a real client starts, entered into the place: idle except for the calls that are pushed to its `calls`, the
 * first of which started it.
 */
export function newSession(world: World, place: Place, request: NewSession): LocalSession {
  const sessions = place.sessions.get(request.interpreterId) ?? new Map<string, LocalSession>();
  const seed = hash(
    hashText(world.seed, `${place.account}/${place.region}/${request.interpreterId}`),
    sessions.size,
    request.now,
  );
  const session: LocalSession = {
    account: place.account,
    region: place.region,
    interpreterId: request.interpreterId,
    id: sessionIdOf(request.now, seed),
    name: request.name ?? null,
    createdAt: request.now,
    bootAt: request.now,
    timeoutSeconds: request.timeoutSeconds ?? defaultTimeoutSeconds,
    activity: { profile: "client", seed },
    plannedStopAt: null,
    stoppedAt: null,
    calls: [
      {
        operation: "StartCodeInterpreterSession",
        startAt: request.now,
        endAt: request.now,
        ...(request.requestId === undefined ? {} : { requestId: request.requestId }),
      },
    ],
  };
  sessions.set(session.id, session);
  place.sessions.set(request.interpreterId, sessions);
  return session;
}
