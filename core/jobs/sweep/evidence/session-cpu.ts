import { joinColumns, type UsageColumns } from "../../../billing/usage-columns.ts";
import { type CpuLevels, cpuEvidenceOf } from "../../../cleanup/evidence/cpu-evidence.ts";
import type { CpuEvidence, Span, Unknown } from "../../../cleanup/evidence/evidence.ts";
import type { SessionId } from "../../../kernel/ids.ts";
import { plusMs } from "../../../kernel/instant.ts";
import { mapConcurrently } from "../../../kernel/map-concurrently.ts";
import type { CpuQuestion, ReadSessionCpu } from "../../../ports/activity.ts";
import type { UsageSource } from "../../../ports/usage-source.ts";
import { endsInWork, partsOf } from "./newest-first.ts";
import { addRows, locateRows, type RowsQuestion, type SessionRowsPorts, sessionsAtOnce } from "./session-rows.ts";

/** A record of a moment that is still to come shows that the clock here is behind: where nobody looks there, its work would be missed. */
const aheadMs = 3_600_000;

/**
 * CPU of sessions by their usage records, row by row: what is summed up by the minute can hide a second's work. Of a log group
 * each session is asked for alone, its newest records first; files hold all sessions, and are read once for those that are asked for.
 */
export const sessionCpu =
  ({ usage, documents }: SessionRowsPorts, levels: CpuLevels): ReadSessionCpu =>
  async (target, interpreter, sessions, { from, until }, question, now, signal) => {
    const window = { from, until: plusMs(until, aheadMs) };
    const located = await locateRows({ usage, documents }, target, interpreter, signal);
    if (located.kind === "unknown") return new Map(sessions.map((session) => [session, located]));
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

interface Asked extends RowsQuestion {
  readonly window: Span;
  readonly question: CpuQuestion;
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
    const unread = await addRows(usage, asked, part, rows, signal);
    if (unread !== null) return new Map(sessions.map((session) => [session, unread]));
    const seen: Span = { from: part.from, until: window.until };
    const evidenceOf = (session: SessionId): CpuEvidence | Unknown =>
      cpuEvidenceOf(joinColumns(rows.get(session) ?? []), levels, seen, question.neededMs, now);
    found = new Map(sessions.map((session) => [session, evidenceOf(session)]));
    if ([...found.values()].every((cpu) => endsInWork(cpu, seen.from, question.neededMs))) break;
  }
  return found;
}
