import { sessionIdOf } from "../../fleet/identifiers.ts";
import { sessionStatusAt } from "../../fleet/life.ts";
import { hash, hashText } from "../../fleet/random.ts";
import type { Reply, Request } from "../../service.ts";
import type { LocalSession, Place } from "../../world.ts";
import { conflict, quotaExceeded } from "./errors.ts";
import { interpreterNamed } from "./find.ts";
import { once } from "./idempotency.ts";
import { isoTime } from "./iso-time.ts";

const defaultTimeoutSeconds = 900;
const sessionQuota = { code: "L-CAF6F552", whenUnknown: 1000 };

interface Asked {
  readonly codeInterpreterIdentifier: string;
  readonly name?: string;
  readonly sessionTimeoutSeconds?: number;
  readonly certificates?: unknown;
  readonly filesystemConfigurations?: unknown;
}

export function startSession({ world, place, now, input }: Request): Reply {
  const asked = input as unknown as Asked;
  const interpreter = interpreterNamed(place, asked.codeInterpreterIdentifier, now);
  return once(place, "StartCodeInterpreterSession", input, () => {
    if (interpreter.status !== "READY") {
      throw conflict(`Code interpreter ${interpreter.id} is ${interpreter.status}: sessions start once it is READY.`);
    }
    // An applied quota wins over the default; 0 means that the account is not enabled yet.
    const limit =
      place.appliedQuotas.get(sessionQuota.code) ??
      place.defaultQuotas.get(sessionQuota.code) ??
      sessionQuota.whenUnknown;
    if (readySessions(place, now) >= limit) throw quotaExceeded("maxCodeInterpreterSessions");
    const sessions = place.sessions.get(interpreter.id) ?? new Map<string, LocalSession>();
    place.sessions.set(interpreter.id, sessions);
    const seed = hash(hashText(world.seed, `${place.account}/${place.region}/${interpreter.id}`), now, sessions.size);
    const session: LocalSession = {
      account: place.account,
      region: place.region,
      interpreterId: interpreter.id,
      id: sessionIdOf(now, seed),
      name: asked.name ?? null,
      createdAt: now,
      bootAt: now,
      timeoutSeconds: asked.sessionTimeoutSeconds ?? defaultTimeoutSeconds,
      activity: { profile: "client", seed },
      stoppedAt: null,
      calls: [{ operation: "StartCodeInterpreterSession", startAt: now, endAt: now }],
    };
    sessions.set(session.id, session);
    echoed.set(session, { certificates: asked.certificates, filesystemConfigurations: asked.filesystemConfigurations });
    return {
      body: { codeInterpreterIdentifier: interpreter.id, sessionId: session.id, createdAt: isoTime(now) },
    };
  });
}

const echoed = new WeakMap<LocalSession, Readonly<Record<string, unknown>>>();

/** Members of the start request that are only given back. */
export const echoedMembers = (session: LocalSession): Readonly<Record<string, unknown>> => echoed.get(session) ?? {};

/** Sessions of SYSTEM and CUSTOM interpreters count alike. */
function readySessions(place: Place, now: number): number {
  let ready = 0;
  for (const sessions of place.sessions.values()) {
    for (const session of sessions.values()) {
      if (sessionStatusAt(session, now) === "READY") ready++;
    }
  }
  return ready;
}
