import type { InterpreterId } from "../../kernel/ids.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { IngestedTarget } from "../ingest/outcome.ts";

export type ReadSources = Pick<IngestedTarget, "located" | "finalUntil" | "knownPlaces">;

/** For so long after a session's end it is waited for what could not be found out: a look-up, a place, a metric. */
export const patienceMs = 24 * 3_600_000;

/**
 * Until when the records of an interpreter have been read for good. Null where there are none to wait for: nobody can read
 * them, or for a day after `endAt` nobody could.
 */
export function finalUntilOf(
  sources: ReadSources,
  interpreter: InterpreterId,
  endAt: Instant | null,
  now: Instant,
): Instant | null {
  const source = sources.located.get(interpreter) ?? null;
  if (source?.kind === "none" && source.reason !== "unknown") return null;
  const read = sources.finalUntil.get(interpreter) ?? nothingRead;
  const isInVain = endAt !== null && now - endAt >= patienceMs && now - read >= patienceMs;
  return isInVain ? null : read;
}

/**
 * Whether nobody reads the records of an interpreter: then it is asked what is used instead. A place that was found may
 * still refuse to be read; one that was read a while ago is waited for.
 */
export function isUnread({ located, finalUntil }: ReadSources, interpreter: InterpreterId, now: Instant): boolean {
  const source = located.get(interpreter);
  if (source === undefined) return false;
  if (source.kind === "none") return source.reason !== "unknown";
  return now - (finalUntil.get(interpreter) ?? nothingRead) >= patienceMs;
}

const nothingRead = instant(0);
