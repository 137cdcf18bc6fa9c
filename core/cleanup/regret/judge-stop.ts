import { elapsedMs } from "../../billing/meter-rows.ts";
import { distinctInOrder, type UsageColumns } from "../../billing/usage-columns.ts";
import { durationText } from "../../kernel/duration-text.ts";
import { type Instant, instant, isoOf, plusMs } from "../../kernel/instant.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { longestCallMs } from "../evidence/call-evidence.ts";
import { gapToleranceMs, isGap } from "../evidence/cpu-evidence.ts";
import type { CallEvidence, Span, Unknown } from "../evidence/evidence.ts";
import { type RecordWork, workOf } from "../evidence/record-work.ts";
import type { StopAftermath } from "../stop/stop-aftermath.ts";

export interface StopTerms {
  readonly horizon: Instant;
  /** As its policy had it. */
  readonly idleAfterMs: number;
  readonly idleVcpu: number;
}

/** What was recorded by now, long after the stop. */
export interface StopTraces {
  readonly usage: { readonly kind: "known"; readonly rows: UsageColumns } | Unknown;
  readonly calls: CallEvidence | Unknown;
}

/**
 * Holds a stop against what was recorded later. Work is found only where a record or a call shows it for certain; that there was none is known
 * only where records without a gap and all calls say so.
 */
export function judgeStop(
  stop: StopRecord,
  terms: StopTerms,
  { usage, calls }: StopTraces,
  now: Instant,
): StopAftermath {
  const { horizon, idleAfterMs, idleVcpu } = terms;
  const guarded: Span = { from: plusMs(horizon, -idleAfterMs), until: horizon };
  const open: Span = { from: horizon, until: stop.intendedAt };
  const rows = usage.kind === "known" ? distinctInOrder(usage.rows) : null;
  const work = rows === null ? null : workOf(rows, idleVcpu);
  const cpu = rows === null || work === null ? noWork : cpuWork(rows, work, guarded, open);
  const called = calls.kind === "known" ? callWork(calls, guarded, open) : noWork;
  const wrongAt = earliest(cpu.guarded, called.guarded);
  if (wrongAt !== null) {
    const message = `It worked at ${isoOf(wrongAt)}, in the ${durationText(idleAfterMs)} before ${isoOf(horizon)} in which all that was there showed it idle.`;
    return { verdict: "wrong", judgedAt: now, workedAt: wrongAt, message };
  }
  const racedAt = earliest(cpu.open, called.open);
  if (racedAt !== null) {
    const message = `It began to work at ${isoOf(racedAt)}, between ${isoOf(horizon)}, up to where it was known what it did, and the stop.`;
    return { verdict: "race", judgedAt: now, workedAt: racedAt, message };
  }
  const whole: Span = { from: guarded.from, until: open.until };
  const missing = usageMissing(rows, work, usage, whole) ?? callsMissing(calls, whole);
  return { verdict: missing === null ? "clean" : "unknown", judgedAt: now, workedAt: null, message: missing };
}

/** The first moment of work before the horizon, and after it. */
interface Work {
  readonly guarded: Instant | null;
  readonly open: Instant | null;
}

const noWork: Work = { guarded: null, open: null };

/** A record is stamped at the start or at the end of its second: one before the horizon worked before it by either, and one at it need not have. */
function cpuWork(rows: UsageColumns, { isBusy }: RecordWork, guarded: Span, open: Span): Work {
  let [before, after]: (Instant | null)[] = [null, null];
  for (let row = 0; row < rows.length; row += 1) {
    const at = instant(rows.at[row] ?? 0);
    const beganAt = at - elapsedMs(rows.elapsedSeconds[row] ?? 0);
    if (at <= guarded.from || beganAt >= open.until || !isBusy(row)) continue;
    if (at < guarded.until) before ??= at;
    else after ??= at;
  }
  return { guarded: before ?? null, open: after ?? null };
}

/** Only those of which it is known when they were in flight: what a log says of one is a moment of it. */
function callWork({ of, maybeInFlight }: CallEvidence, guarded: Span, open: Span): Work {
  const sure = of === "session" ? maybeInFlight.filter(({ from, until }) => until - from <= longestCallMs) : [];
  const firstIn = (span: Span): Instant | null => {
    const call = sure.find(({ from, until }) => from < span.until && until > span.from);
    return call === undefined ? null : instant(Math.max(call.from, span.from));
  };
  return { guarded: firstIn(guarded), open: firstIn(open) };
}

/** A session that is cut off may leave its last record unwritten, and one that is read from the middle begins between two. */
const edgeMs = 1000 + gapToleranceMs;

function usageMissing(
  rows: UsageColumns | null,
  work: RecordWork | null,
  usage: StopTraces["usage"],
  { from, until }: Span,
): string | null {
  if (usage.kind === "unknown") return usage.message;
  if (rows === null || rows.length === 0) return "No usage record of it has come.";
  const [first = 0] = rows.at;
  if (first > from + elapsedMs(rows.elapsedSeconds[0] ?? 0) + edgeMs) return holeText(from, first);
  for (let row = 0; row < rows.length; row += 1) {
    const [before, after] = [rows.at[row - 1] ?? rows.at[row] ?? 0, rows.at[row] ?? 0];
    if (after > from && before < until && work?.isPlain(row) !== true && work?.isBusy(row) !== true) {
      return `Its usage record of ${isoOf(instant(after))} is longer than a second, or overlaps another, and may hide work.`;
    }
    if (row > 0 && after >= from && before <= until && isGap(rows, row - 1, row)) return holeText(before, after);
  }
  const last = rows.length - 1;
  const lengthMs = elapsedMs(rows.elapsedSeconds[last] ?? 0);
  const endsAt = (rows.at[last] ?? 0) + lengthMs;
  return endsAt + lengthMs + edgeMs < until ? holeText(endsAt, until) : null;
}

const holeText = (from: number, until: number): string =>
  `Its usage records have a hole from ${isoOf(instant(from))} to ${isoOf(instant(until))}.`;

function callsMissing(calls: StopTraces["calls"], { from, until }: Span): string | null {
  if (calls.kind === "unknown") return calls.message;
  if (calls.window.from > from || calls.inFlightUntil < until) {
    return `Calls are known from ${isoOf(calls.window.from)} to ${isoOf(calls.inFlightUntil)} only.`;
  }
  const maybe = calls.maybeInFlight.find((span) => span.from < until && span.until > from);
  if (maybe === undefined) return null;
  const whose = calls.of === "session" ? "It" : "Its interpreter";
  return `${whose} may have been called from ${isoOf(maybe.from)} to ${isoOf(maybe.until)}, and no more is known of when, or which session was.`;
}

function earliest(...instants: readonly (Instant | null)[]): Instant | null {
  const found = instants.flatMap((at) => at ?? []);
  return found.length === 0 ? null : instant(Math.min(...found));
}
