import { sessionStatusAt } from "../../fleet/life.ts";
import type { LocalInterpreter, LocalSession, Place } from "../../world.ts";
import { notFound } from "./errors.ts";
import { settled } from "./interpreter-life.ts";

/** The interpreter by its id. Throws ResourceNotFoundException. */
export function interpreterNamed(place: Place, id: string, now: number): LocalInterpreter {
  settled(place, now);
  const interpreter = place.interpreters.get(id);
  if (interpreter === undefined) throw notFound(`Code interpreter ${id}`);
  return interpreter;
}

/** A session that AWS still knows: born, and ended no more than 30 days ago. Throws ResourceNotFoundException. */
export function sessionNamed(
  place: Place,
  interpreterId: string,
  sessionId: string,
  now: number,
): { readonly session: LocalSession; readonly status: "READY" | "TERMINATED" } {
  interpreterNamed(place, interpreterId, now);
  const session = place.sessions.get(interpreterId)?.get(sessionId);
  const status = session === undefined ? "unborn" : sessionStatusAt(session, now);
  if (session === undefined || status === "unborn" || status === "forgotten") {
    throw notFound(`Code interpreter session ${sessionId}`);
  }
  return { session, status };
}
