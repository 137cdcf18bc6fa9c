import { joinColumns, type UsageColumns } from "../../../billing/usage-columns.ts";
import { type CpuLevels, cpuEvidenceOf } from "../../../cleanup/evidence/cpu-evidence.ts";
import type { CpuEvidence, Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { Target } from "../../../inventory/target.ts";
import type { InterpreterId, SessionId } from "../../../kernel/ids.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import { mapConcurrently } from "../../../kernel/map-concurrently.ts";
import type { CpuQuestion, ReadSessionCpu } from "../../../ports/activity.ts";
import type { Documents } from "../../../ports/documents.ts";
import type { Located, UsageLocation, UsageSource } from "../../../ports/usage-source.ts";
import { readPlaces } from "../../ingest/place-memory.ts";
import { endsInWork, partsOf } from "./newest-first.ts";

/** Requests to one log group fill each other's waits for answers; their pace is kept elsewhere. */
const sessionsAtOnce = 4;
/** Records stamped later than a day after now are not believed. */
const beliefMs = 24 * 3_600_000;
/** A record of a moment that is still to come shows that the clock here is behind: where nobody looks there, its work would be missed. */
const aheadMs = 3_600_000;

/**
 * CPU of sessions by their usage records, row by row: what is summed up by the minute can hide a second's work. Of a log group
 * each session is asked for alone, its newest records first; files hold all sessions, and are read once for those that are asked for.
 */
export const sessionCpu =
  ({ usage, documents }: SessionCpuPorts, levels: CpuLevels): ReadSessionCpu =>
  async (target, interpreter, sessions, { from, until }, question, now, signal) => {
    const window = { from, until: plusMs(until, aheadMs) };
    const located = await locate({ usage, documents }, target, interpreter, signal);
    if (located.kind === "none") {
      const unknown = whyNone(located);
      return new Map(sessions.map((session) => [session, unknown]));
    }
    const { location } = located;
    const groups = location.windows === "delivery" ? [sessions] : sessions.map((session) => [session]);
    const asked = { target, interpreter, location, window, question, now };
    const found = await mapConcurrently(groups, sessionsAtOnce, async (group) => {
      const read = await readGroup(usage, asked, group, levels, signal);
      question.onLooked?.(group.length);
      return read;
    });
    return new Map(found.flatMap((group) => [...group]));
  };

export interface SessionCpuPorts {
  readonly usage: UsageSource;
  /** Where the accounts job remembers the places of records; asked first. */
  readonly documents: Documents;
}

async function locate(
  { usage, documents }: SessionCpuPorts,
  target: Target,
  interpreter: InterpreterId,
  signal: AbortSignal,
): Promise<Located> {
  const remembered = (await readPlaces(documents, target)).byInterpreter.get(interpreter);
  // Whoever turned usage logs on a moment ago need not wait for the next look-up.
  return remembered?.located.kind === "found" ? remembered.located : usage.locate(target, interpreter, signal);
}

interface Asked {
  readonly target: Target;
  readonly interpreter: InterpreterId;
  readonly location: UsageLocation;
  readonly window: Span;
  readonly question: CpuQuestion;
  readonly now: Instant;
}

async function readGroup(
  usage: Pick<UsageSource, "read">,
  asked: Asked,
  sessions: readonly SessionId[],
  levels: CpuLevels,
  signal: AbortSignal,
): Promise<ReadonlyMap<SessionId, CpuEvidence | Unknown>> {
  const { location, window, question, now } = asked;
  const rows = new Map<SessionId, UsageColumns[]>(sessions.map((session) => [session, []]));
  // Files hold whatever was delivered with them: a part of the time is no part of the work.
  const parts = location.windows === "delivery" ? [window] : partsOf(window, question, now);
  let found = new Map<SessionId, CpuEvidence | Unknown>();
  for (const part of parts) {
    const unread = await readPart(usage, asked, part, rows, signal);
    if (unread !== null) return new Map(sessions.map((session) => [session, unread]));
    const seen: Span = { from: part.from, until: window.until };
    const evidenceOf = (session: SessionId): CpuEvidence | Unknown =>
      cpuEvidenceOf(joinColumns(rows.get(session) ?? []), levels, seen, question.neededMs, now);
    found = new Map(sessions.map((session) => [session, evidenceOf(session)]));
    if ([...found.values()].every((cpu) => endsInWork(cpu, seen.from, question.neededMs))) break;
  }
  return found;
}

/** Adds the records of a part of the window; why that cannot be, where it cannot. */
async function readPart(
  usage: Pick<UsageSource, "read">,
  { target, interpreter, location, now }: Asked,
  part: Span,
  rows: ReadonlyMap<SessionId, UsageColumns[]>,
  signal: AbortSignal,
): Promise<Unknown | null> {
  const [only] = rows.keys();
  const reading = await usage.read(
    {
      target,
      location,
      from: part.from,
      // Files with records of the window may be delivered at any time after it.
      until: location.windows === "delivery" ? now : part.until,
      how: "rows",
      session: only !== undefined && rows.size === 1 ? only : null,
      latestAt: plusMs(now, beliefMs),
    },
    (batches) => {
      for (const { key, usage: columns } of batches) {
        // A place may hold records of other accounts, and ids are unique within one account and Region only.
        const isOwn = key.account === target.account && key.region === target.region && key.interpreter === interpreter;
        if (isOwn) rows.get(key.session)?.push(columns);
      }
    },
    signal,
  );
  if (!reading.complete) return unread(reading.problems[0]?.message ?? "Not all of it could be read.");
  return reading.approximate === null ? null : approximate(reading.approximate);
}

function whyNone({ reason, problem }: Extract<Located, { kind: "none" }>): Unknown {
  const code = reason === "unknown" ? "failed" : "no-usage-logs";
  return { kind: "unknown", code, message: problem.message };
}

const unread = (message: string): Unknown => ({ kind: "unknown", code: "failed", message });
const approximate = (reason: string): Unknown => ({
  kind: "unknown",
  code: "approximate",
  message: `Its usage records are summed up, which can hide a second's work: ${reason}`,
});
