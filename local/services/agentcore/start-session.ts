import { sessionQuotaCode } from "../../fleet/build-place.ts";
import { newSession } from "../../fleet/new-session.ts";
import type { Reply, Request } from "../../service.ts";
import type { LocalSession } from "../../world.ts";
import { conflict, quotaExceeded } from "./errors.ts";
import { interpreterNamed } from "./find.ts";
import { once } from "./idempotency.ts";
import { isoTime } from "./iso-time.ts";
import { quotaOf, readySessions } from "./quota-use.ts";

interface Asked {
  readonly codeInterpreterIdentifier: string;
  readonly name?: string;
  readonly sessionTimeoutSeconds?: number;
  readonly certificates?: unknown;
  readonly filesystemConfigurations?: unknown;
}

export function startSession({ world, place, now, requestId, input }: Request): Reply {
  const asked = input as unknown as Asked;
  const interpreter = interpreterNamed(place, asked.codeInterpreterIdentifier, now);
  return once(place, "StartCodeInterpreterSession", input, () => {
    if (interpreter.status !== "READY") {
      throw conflict(`Code interpreter ${interpreter.id} is ${interpreter.status}: sessions start once it is READY.`);
    }
    if (readySessions(place, now) >= quotaOf(place, sessionQuotaCode))
      throw quotaExceeded("maxCodeInterpreterSessions");
    const session = newSession(world, place, {
      interpreterId: interpreter.id,
      now,
      requestId,
      ...(asked.name === undefined ? {} : { name: asked.name }),
      ...(asked.sessionTimeoutSeconds === undefined ? {} : { timeoutSeconds: asked.sessionTimeoutSeconds }),
    });
    echoed.set(session, { certificates: asked.certificates, filesystemConfigurations: asked.filesystemConfigurations });
    return {
      body: { codeInterpreterIdentifier: interpreter.id, sessionId: session.id, createdAt: isoTime(now) },
    };
  });
}

const echoed = new WeakMap<LocalSession, Readonly<Record<string, unknown>>>();

/** Members of the start request that are only given back. */
export const echoedMembers = (session: LocalSession): Readonly<Record<string, unknown>> => echoed.get(session) ?? {};
