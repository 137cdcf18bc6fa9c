import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import { type Instant, instant, plusMs } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import { emptyAccount, foldColumns } from "../ledger/fold-columns.ts";
import { lastRecordAtOf } from "../ledger/last-record.ts";
import type { SessionAccount } from "../ledger/session-account.ts";
import { sessionPart, targetPart } from "../ports/ledger-key.ts";
import { type Located, locationKey, type UsageLocation } from "../ports/usage-source.ts";
import type { AccountsPorts } from "./accounts-ports.ts";
import type { RecordedSession } from "./settle-records.ts";
import { patienceMs, type ReadSources } from "./settle-source.ts";

/**
 * A session's records, read from their source once more. `expired`: the source keeps them no longer, or is gone. `unread`:
 * it may well be read at the next pass.
 */
export type Reread =
  | { readonly kind: "read"; readonly account: SessionAccount }
  | { readonly kind: "expired" }
  | { readonly kind: "unread" };

export interface Rereads {
  /** Of each of the sessions. */
  readonly of: ReadonlyMap<RecordedSession, Reread>;
  readonly problems: readonly Problem[];
}

/** Boot usage is stamped up to 43 minutes early, and delivered up to 60 late; this is beyond both. */
const marginMs = 3 * 3_600_000;
/** Records stamped later than a day after now are not believed. */
const beliefMs = 24 * 3_600_000;

/** Files have to be read as they are, so one reading serves all sessions; of a log group each session is asked for alone. */
export async function rereadSessions(
  { usage }: Pick<AccountsPorts, "usage">,
  now: Instant,
  target: Target,
  sessions: readonly RecordedSession[],
  sources: ReadSources,
  signal: AbortSignal,
): Promise<Rereads> {
  const of = new Map<RecordedSession, Reread>();
  const problems: Problem[] = [];
  const readings = new Map<string, { readonly location: UsageLocation; readonly sessions: RecordedSession[] }>();
  for (const session of sessions) {
    const { key } = session.account;
    const location = sourceOf(session, sources.located.get(key.interpreter) ?? null, now);
    if (typeof location === "string") {
      of.set(session, { kind: location });
      continue;
    }
    const name = location.windows === "delivery" ? locationKey(location) : `${locationKey(location)} ${nameOf(key)}`;
    const reading = readings.get(name) ?? { location, sessions: [] };
    readings.set(name, reading);
    reading.sessions.push(session);
  }
  for (const { location, sessions: own } of readings.values()) {
    const fresh = new Map(own.map(({ account: { key } }) => [nameOf(key), emptyAccount(key)]));
    const [only] = own;
    const reading = await usage.read(
      {
        target,
        location,
        from: plusMs(instant(Math.min(...own.map(firstAtOf))), -marginMs),
        until: untilOf(location, now, instant(Math.max(...own.map(lastAtOf)))),
        how: "rows",
        session: only !== undefined && own.length === 1 ? only.account.key.session : null,
        latestAt: plusMs(now, beliefMs),
      },
      (batches) => {
        for (const { key, usage: columns } of batches) {
          // A place may hold sessions of one id: it is unique within its account and Region only.
          const before = fresh.get(nameOf(key));
          if (before !== undefined) fresh.set(nameOf(key), foldColumns(before, before.key, columns, "count"));
        }
      },
      signal,
    );
    if (!reading.complete) problems.push(...reading.problems);
    for (const session of own) {
      const account = fresh.get(nameOf(session.account.key));
      of.set(session, reading.complete && account !== undefined ? { kind: "read", account } : { kind: "unread" });
    }
  }
  return { of, problems };
}

/** The place that has the session's records, or why there is none. */
function sourceOf(
  session: RecordedSession,
  located: Located | null,
  now: Instant,
): UsageLocation | "expired" | "unread" {
  if (located?.kind === "found") {
    const { retentionMs } = located.location;
    return retentionMs !== null && firstAtOf(session) < now - retentionMs ? "expired" : located.location;
  }
  const isGone = located?.reason === "not-enabled" || located?.reason === "missing";
  // A bill that was closed can wait for its source; one that never was, waits a day.
  const isForsaken = session.stored.state === "open" && now - lastAtOf(session) >= patienceMs;
  return isGone || isForsaken ? "expired" : "unread";
}

/** A file with records of an hour may be delivered, or copied into place, at any time after it. */
const untilOf = ({ windows }: UsageLocation, now: Instant, lastAt: Instant): Instant =>
  windows === "delivery" ? now : instant(Math.min(now, lastAt + marginMs));

const nameOf = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

/** Of its records, those that came late included, or where only the session's life is known, of that. */
function firstAtOf({ account: { sealed, open, late }, life, end }: RecordedSession): number {
  let first = Math.min(sealed?.firstAt ?? Number.POSITIVE_INFINITY, late.records[0]?.at ?? Number.POSITIVE_INFINITY);
  for (let i = 0; i < open.length; i += 1) first = Math.min(first, open.at[i] ?? first);
  return first === Number.POSITIVE_INFINITY ? (life.createdAt ?? end.at) : first;
}

const lastAtOf = ({ account, end }: RecordedSession): number => Math.max(end.at, lastRecordAtOf(account) ?? end.at);
