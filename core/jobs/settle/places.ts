import { type Instant, instant } from "../../kernel/instant.ts";
import { lastRecordAtOf } from "../../ledger/last-record.ts";
import type { UsageLocation } from "../../ports/usage-source.ts";
import type { RecordedSession } from "./records.ts";
import { patienceMs, type ReadSources } from "./source.ts";

/** Where the records of a session are, as far as they can be read. */
export interface SessionPlaces {
  readonly places: readonly PlaceToRead[];
  /** Whether they are all the places that had some of its records. */
  readonly isWhole: boolean;
}

export interface PlaceToRead {
  readonly location: UsageLocation;
  /** Whether it is done without where it cannot be read: its records went elsewhere a while ago, and it may be gone. */
  readonly isOptional: boolean;
}

/** A place is found to be left within hours; what it got until then counts. */
const leftSlackMs = 3 * 3_600_000;

/** The places that have the session's records; `expired` where there is none any more, `unread` where there may be one. */
export function placesOf(
  session: RecordedSession,
  { located, knownPlaces }: ReadSources,
  now: Instant,
): SessionPlaces | "expired" | "unread" {
  const { interpreter } = session.account.key;
  const begunAt = begunAtOf(session);
  const own = (knownPlaces.get(interpreter) ?? []).filter(
    ({ leftAt }) => leftAt === null || leftAt + leftSlackMs > begunAt,
  );
  const kept = own.filter(({ location: { retentionMs } }) => retentionMs === null || begunAt >= now - retentionMs);
  const place = located.get(interpreter) ?? null;
  if (place?.kind !== "found" && kept.length === 0) {
    const isGone = place?.reason === "not-enabled" || place?.reason === "missing";
    // A bill that was closed can wait for its source; one that never was, waits a day.
    const isForsaken = session.stored.state === "open" && isPastWaiting(session, now);
    return isGone || isForsaken ? "expired" : "unread";
  }
  if (kept.length === 0) return "expired";
  return {
    places: kept.map(({ location, leftAt }) => ({
      location,
      isOptional: leftAt !== null && isPastWaiting(session, now),
    })),
    isWhole: kept.length === own.length,
  };
}

/** Whether a day has gone by since the session's end. */
const isPastWaiting = (session: RecordedSession, now: Instant): boolean => now - lastAtOf(session) >= patienceMs;

/** The first instant of which it may have records: of its start where that is known, else of the first one that came. */
export const begunAtOf = (session: RecordedSession): Instant =>
  instant(Math.min(firstAtOf(session), session.life.createdAt ?? Number.POSITIVE_INFINITY));

/** Of its records, those that came late included, or where only the session's life is known, of that. */
function firstAtOf({ account: { sealed, open, late }, life, end }: RecordedSession): Instant {
  let first = Math.min(sealed?.firstAt ?? Number.POSITIVE_INFINITY, late.records[0]?.at ?? Number.POSITIVE_INFINITY);
  for (let i = 0; i < open.length; i += 1) first = Math.min(first, open.at[i] ?? first);
  return first === Number.POSITIVE_INFINITY ? (life.createdAt ?? end.at) : instant(first);
}

export const lastAtOf = ({ account, end }: RecordedSession): Instant =>
  instant(Math.max(end.at, lastRecordAtOf(account) ?? end.at));
