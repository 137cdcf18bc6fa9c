import type { LocalSession, World } from "../world.ts";
import type { BusySpan } from "./busy-span.ts";
import { busySpans } from "./busy-spans.ts";
import { plannedEnd } from "./life.ts";
import { memoryLevel } from "./memory.ts";
import { chance, hash } from "./random.ts";

/**
 * One usage record in whole numbers. The log's hours are quotients of these, so a meter that rounds as the metering rules
 * say gets the very same integers back.
 */
export interface MeterRecord {
  /** Seconds of life count from 0; seconds of boot are negative. */
  index: number;
  /** A short extra record that some seconds have besides their own. */
  isExtra: boolean;
  stampAt: number;
  elapsedMs: number;
  vcpuNs: number;
  /** Memory times time, as the log says it. */
  byteMs: number;
  /** Null where the record is too short to make a level. */
  levelBytes: number | null;
}

/** Records shorter than this make no memory level. */
const shortestLevelMs = 250;
const chunkSeconds = 512;
const maxJitterMs = 120;

/**
 * Visits the session's records with an index from `fromIndex` on that are complete by `now`, in order. The record handed
 * over is used again for the next one.
 */
export function visitRecords(
  session: LocalSession,
  world: World,
  range: { readonly fromIndex: number; readonly toIndex: number },
  now: number,
  visit: (record: MeterRecord) => void,
): void {
  if (now < session.createdAt) return;
  const bootCount = bootSeconds(session);
  const { endedAt } = plannedEnd(session);
  const lastIndex = Math.min(range.toIndex, lastIndexAt(session, now));
  const isEndStamped = world.unknowns.recordStamp === "end";
  const record: MeterRecord = emptyRecord();
  for (let index = Math.max(range.fromIndex, -bootCount); index < 0 && index <= lastIndex; index++) {
    const startAt = session.bootAt + (index + bootCount) * 1000;
    fillSecond(record, session, index, startAt, 1000, bootCpuNs(session, index), isEndStamped);
    visit(record);
    if (addExtra(record, session)) visit(record);
  }
  for (let first = Math.max(range.fromIndex, 0); first <= lastIndex; first += chunkSeconds) {
    const last = Math.min(lastIndex, first + chunkSeconds - 1);
    const spans = busySpans(session, session.createdAt + first * 1000, session.createdAt + (last + 1) * 1000);
    let earliest = 0;
    for (let index = first; index <= last; index++) {
      const startAt = session.createdAt + index * 1000;
      const lengthMs = Math.min(1000, endedAt - startAt);
      while (earliest < spans.length && (spans[earliest]?.endAt ?? 0) <= startAt) earliest++;
      const cpuNs = cpuNsOf(session, index, startAt, lengthMs, spans, earliest);
      fillSecond(record, session, index, startAt, lengthMs, cpuNs, isEndStamped);
      visit(record);
      if (addExtra(record, session)) visit(record);
    }
  }
}

/** CPU of one second of a session's life, and how much of the second it lived. */
export function cpuNsOfSecond(
  session: LocalSession,
  index: number,
): { readonly cpuNs: number; readonly lengthMs: number } {
  const startAt = session.createdAt + index * 1000;
  const lengthMs = Math.max(0, Math.min(1000, plannedEnd(session).endedAt - startAt));
  const spans = busySpans(session, startAt, startAt + 1000);
  return { cpuNs: cpuNsOf(session, index, startAt, lengthMs, spans, 0), lengthMs };
}

/** How many seconds of boot are metered: a few, if the microVM was up before the session. */
export function bootSeconds(session: LocalSession): number {
  const wanted = 3 + (hash(session.activity.seed, 40) % 4);
  return Math.max(0, Math.min(wanted, Math.floor((session.createdAt - session.bootAt) / 1000)));
}

/** The last second that is complete by `now`; a session's last one may be short. */
export function lastIndexAt(session: LocalSession, now: number): number {
  const { endedAt } = plannedEnd(session);
  if (now >= endedAt) return Math.ceil((endedAt - session.createdAt) / 1000) - 1;
  return Math.floor((now - session.createdAt) / 1000) - 1;
}

/** The indices whose stamps can lie in [fromMs, toMs); a few more, never fewer. */
export function indicesWithin(
  session: LocalSession,
  fromMs: number,
  toMs: number,
): { fromIndex: number; toIndex: number } {
  const toIndex = Math.floor((toMs - session.createdAt + maxJitterMs) / 1000) + 1;
  const fromIndex = Math.floor((fromMs - session.createdAt) / 1000) - 1;
  // Boot may lie long before the first second of life, so all of it is looked at where the window begins before that.
  return { fromIndex: fromIndex <= 0 ? Number.NEGATIVE_INFINITY : fromIndex, toIndex: Math.max(toIndex, -1) };
}

function fillSecond(
  record: MeterRecord,
  session: LocalSession,
  index: number,
  startAt: number,
  lengthMs: number,
  cpuNs: number,
  isEndStamped: boolean,
): void {
  const { seed } = session.activity;
  // Most records span a second, some a little less, a few a third of one; a session's last one whatever is left of it.
  const kind = chance(seed, 41, index);
  const elapsedMs =
    lengthMs < 1000
      ? Math.floor(lengthMs / 10) * 10
      : kind < 0.9
        ? 1000
        : kind < 0.985
          ? 990
          : kind < 0.99
            ? 320
            : 1000;
  // A short last record carries no jitter, or it could be stamped before the one that it follows.
  const jitterMs = lengthMs < 1000 ? 0 : hash(seed, 42, index) % (maxJitterMs + 1);
  const level = memoryLevel(session, index, cpuNs / lengthMs / 1e6);
  record.index = index;
  record.isExtra = false;
  record.stampAt = Math.max(session.bootAt, startAt + (isEndStamped ? lengthMs : 0) - jitterMs);
  record.elapsedMs = elapsedMs;
  record.vcpuNs = lengthMs < 1000 ? cpuNs : Math.round((cpuNs * elapsedMs) / 1000);
  record.byteMs = level * (lengthMs < 10 ? lengthMs : elapsedMs);
  record.levelBytes = elapsedMs < shortestLevelMs ? null : level;
}

/** Now and then a record of 0.00 s follows a second's own, and still carries a little usage. */
function addExtra(record: MeterRecord, session: LocalSession): boolean {
  if (record.levelBytes === null || chance(session.activity.seed, 43, record.index) >= 0.004) return false;
  record.isExtra = true;
  record.elapsedMs = 0;
  record.vcpuNs = 20_000 + (hash(session.activity.seed, 44, record.index) % 400_000);
  record.byteMs = record.levelBytes * 3;
  record.levelBytes = null;
  return true;
}

function cpuNsOf(
  session: LocalSession,
  index: number,
  startAt: number,
  lengthMs: number,
  spans: readonly BusySpan[],
  earliest: number,
): number {
  const { seed } = session.activity;
  // An idle microVM is never at nought; it stays far below the idle level of 0.02 vCPU.
  let cpuNs = lengthMs * (600 + 3400 * chance(seed, 45, index));
  const endAt = startAt + lengthMs;
  for (let at = earliest; at < spans.length; at++) {
    const span = spans[at];
    if (span === undefined || span.startAt >= endAt) break;
    const overlapMs = Math.min(span.endAt, endAt) - Math.max(span.startAt, startAt);
    if (overlapMs > 0) cpuNs += overlapMs * 1e6 * span.vcpu * (0.96 + 0.04 * chance(seed, 46, index));
  }
  return Math.round(Math.min(cpuNs, lengthMs * 2e6));
}

const bootCpuNs = (session: LocalSession, index: number): number =>
  Math.round(1e9 * (0.5 + 1.3 * chance(session.activity.seed, 47, index)));

const emptyRecord = (): MeterRecord => ({
  index: 0,
  isExtra: false,
  stampAt: 0,
  elapsedMs: 0,
  vcpuNs: 0,
  byteMs: 0,
  levelBytes: null,
});
