import type { Reply, Request } from "../../service.ts";
import type { LocalCall, LocalSession, World } from "../../world.ts";
import { conflict, notFound } from "./errors.ts";
import { sessionNamed } from "./find.ts";
import { once } from "./idempotency.ts";
import { isoTime } from "./iso-time.ts";

export function stopSession({ world, place, now, requestId, input }: Request): Reply {
  const { codeInterpreterIdentifier: id, sessionId } = input as {
    readonly codeInterpreterIdentifier: string;
    readonly sessionId: string;
  };
  const { session, status } = sessionNamed(place, id, sessionId, now);
  return once(place, "StopCodeInterpreterSession", input, () => {
    if (status === "READY") {
      session.stoppedAt = now;
      session.calls.push({ operation: "StopCodeInterpreterSession", startAt: now, endAt: now, requestId });
    } else refuseEnded(world, session, { startAt: now, endAt: now, requestId });
    return { body: { codeInterpreterIdentifier: id, sessionId: session.id, lastUpdatedAt: isoTime(now) } };
  });
}

/** AWS does not document what it answers for a session that already ended, so all three can be had. */
function refuseEnded(
  world: World,
  session: LocalSession,
  call: Pick<LocalCall, "startAt" | "endAt" | "requestId">,
): void {
  if (world.unknowns.stopEnded !== "success") {
    session.calls.push({ operation: "StopCodeInterpreterSession", isRefused: true, ...call });
  }
  switch (world.unknowns.stopEnded) {
    case "success":
      return;
    case "not-found":
      throw notFound(`Code interpreter session ${session.id}`);
    case "conflict":
      throw conflict(`Code interpreter session ${session.id} is already TERMINATED.`);
    default:
      world.unknowns.stopEnded satisfies never;
  }
}
