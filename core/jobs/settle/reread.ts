import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { emptyAccount, foldColumns } from "../../ledger/fold-columns.ts";
import type { SessionAccount } from "../../ledger/session-account.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import { locationKey, type UsageLocation } from "../../ports/usage-source.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import { begunAtOf, lastAtOf, type PlaceToRead, placesOf } from "./places.ts";
import type { RecordedSession } from "./records.ts";
import type { ReadSources } from "./source.ts";

/**
 * A session's records, read from their source once more. `isWhole`: from all places that had some. `expired`: the source keeps
 * them no longer, or is gone. `unread`: it may well be read at the next pass.
 */
export type Reread =
  | { readonly kind: "read"; readonly account: SessionAccount; readonly isWhole: boolean }
  | { readonly kind: "expired" }
  | { readonly kind: "unread" };

export interface Rereads {
  /** Of those sessions that it was their turn. */
  readonly of: ReadonlyMap<RecordedSession, Reread>;
  readonly problems: readonly Problem[];
}

/** Boot usage is stamped up to 43 minutes early, and delivered up to 60 late; this is beyond both. */
const marginMs = 3 * 3_600_000;
/**
 * Records stamped later than a day after now are not believed, and files delivered later are not looked for. What is delivered
 * after now is: another pass, or this one's clock, may be ahead, and what it has read must be found again.
 */
const beliefMs = 24 * 3_600_000;
/** A log group is asked for each session alone. */
const askedAtMost = 50;
/** Files have to be read as they are, so one reading serves all sessions of a place, as far as memory reaches. */
const sharedAtMost = 400;
const rowsAtMost = 2_000_000;

/** Reads sessions anew, as many as one pass does; the others have their turn at the next. */
export async function rereadSessions(
  { usage, kind }: Pick<AccountsPorts, "usage" | "kind">,
  now: Instant,
  target: Target,
  sessions: readonly RecordedSession[],
  sources: ReadSources,
  signal: AbortSignal,
): Promise<Rereads> {
  const of = new Map<RecordedSession, Reread>();
  const problems: Problem[] = [];
  const turn = turnOf(sessions, sources, now, of);
  const drafts = new Map(turn.sessions.map(({ session }) => [session, emptyAccount(session.account.key)]));
  const unread = new Set<RecordedSession>();
  const partial = new Set<RecordedSession>();
  for (const { location, members } of turn.readings) {
    const waiting = new Map(members.map(({ session }) => [nameOf(session.account.key), session]));
    const own = members.map(({ session }) => session);
    const [only] = own;
    const reading = await usage.read(
      {
        target,
        location,
        from: plusMs(instant(Math.min(...own.map((session) => earliestOf(session, kind)))), -marginMs),
        until: untilOf(location, now, instant(Math.max(...own.map(lastAtOf)))),
        how: "rows",
        session: only !== undefined && own.length === 1 ? only.account.key.session : null,
        latestAt: plusMs(now, beliefMs),
      },
      (batches) => {
        for (const { key, usage: columns } of batches) {
          // A place may hold sessions of one id: it is unique within its account and Region only.
          const session = waiting.get(nameOf(key));
          const draft = session === undefined ? undefined : drafts.get(session);
          if (session === undefined || draft === undefined) continue;
          drafts.set(session, foldColumns(draft, draft.key, columns, "count"));
        }
        giveWay(drafts, waiting, unread);
      },
      signal,
    );
    if (reading.complete) continue;
    if (members.some(({ isOptional }) => !isOptional)) problems.push(...reading.problems);
    for (const { session, isOptional } of members) (isOptional ? partial : unread).add(session);
  }
  for (const { session, isWhole } of turn.sessions) {
    const account = drafts.get(session);
    const isRead = account !== undefined && !unread.has(session);
    const whole = isWhole && !partial.has(session);
    of.set(session, isRead ? { kind: "read", account, isWhole: whole } : { kind: "unread" });
  }
  return { of, problems };
}

interface Turn {
  readonly sessions: readonly { readonly session: RecordedSession; readonly isWhole: boolean }[];
  readonly readings: readonly Shared[];
}

interface Shared {
  readonly location: UsageLocation;
  readonly members: ({ readonly session: RecordedSession } & Pick<PlaceToRead, "isOptional">)[];
}

/** Whose turn it is, and what is read for them. Of those without a place to read, `of` says why. */
function turnOf(
  sessions: readonly RecordedSession[],
  sources: ReadSources,
  now: Instant,
  of: Map<RecordedSession, Reread>,
): Turn {
  const turn: { session: RecordedSession; isWhole: boolean }[] = [];
  const readings = new Map<string, Shared>();
  let asked = 0;
  let shared = 0;
  for (const session of sessions) {
    const found = placesOf(session, sources, now);
    if (typeof found === "string") {
      of.set(session, { kind: found });
      continue;
    }
    const isAsked = found.places.some(({ location }) => location.windows === "stamp");
    if (isAsked ? asked >= askedAtMost : shared >= sharedAtMost) continue;
    if (isAsked) asked += 1;
    else shared += 1;
    turn.push({ session, isWhole: found.isWhole });
    for (const { location, isOptional } of found.places) {
      const key = locationKey(location);
      const name = location.windows === "delivery" ? key : `${key} ${nameOf(session.account.key)}`;
      const reading = readings.get(name) ?? { location, members: [] };
      readings.set(name, reading);
      reading.members.push({ session, isOptional });
    }
  }
  return { sessions: turn, readings: [...readings.values()] };
}

/** Where the records of all are more than memory holds, the last sessions wait for the next pass. */
function giveWay(
  drafts: Map<RecordedSession, SessionAccount>,
  waiting: Map<string, RecordedSession>,
  unread: Set<RecordedSession>,
): void {
  let rows = [...drafts.values()].reduce((sum, { open }) => sum + open.length, 0);
  const names = [...waiting.keys()];
  while (rows > rowsAtMost && names.length > 1) {
    const name = names.pop() ?? "";
    const session = waiting.get(name);
    waiting.delete(name);
    if (session === undefined) continue;
    rows -= drafts.get(session)?.open.length ?? 0;
    drafts.delete(session);
    unread.add(session);
  }
}

/** Of which records there may be some: a session whose start nobody knows may have lived as long as any before its end. */
const earliestOf = (session: RecordedSession, { maxTimeoutSeconds }: AccountsPorts["kind"]): Instant =>
  session.life.createdAt !== null
    ? begunAtOf(session)
    : instant(Math.min(begunAtOf(session), lastAtOf(session) - maxTimeoutSeconds * 1000));

/** A file with records of an hour may be delivered, or copied into place, at any time after it. */
const untilOf = ({ windows }: UsageLocation, now: Instant, lastAt: Instant): Instant =>
  windows === "delivery" ? plusMs(instant(Math.max(now, lastAt)), beliefMs) : plusMs(lastAt, marginMs);

const nameOf = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;
