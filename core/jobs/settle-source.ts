import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import type { IngestedTarget } from "./ingest-outcome.ts";

export type ReadSources = Pick<IngestedTarget, "located" | "finalUntil">;

/** For so long after a session's end it is waited for what could not be found out: a look-up, a place, a metric. */
export const patienceMs = 24 * 3_600_000;

/**
 * Until when the records of an interpreter have been read for good. Null where there are none to wait for: nobody can read
 * them, or for a day after `endAt` nobody could say where they are.
 */
export function finalUntilOf(
  { located, finalUntil }: ReadSources,
  interpreter: InterpreterId,
  endAt: Instant | null,
  now: Instant,
): Instant | null {
  const source = located.get(interpreter) ?? null;
  if (source?.kind === "found") return finalUntil.get(interpreter) ?? nothingRead;
  if (source !== null && source.reason !== "unknown") return null;
  const read = finalUntil.get(interpreter);
  if (read !== undefined) return read;
  return endAt !== null && now - endAt >= patienceMs ? null : nothingRead;
}

/** Whether it is certain that nobody can read the records of an interpreter: then it says what is used instead. */
export const isUnread = ({ located }: ReadSources, interpreter: InterpreterId): boolean => {
  const source = located.get(interpreter);
  return source?.kind === "none" && source.reason !== "unknown";
};

const nothingRead = instant(0);
