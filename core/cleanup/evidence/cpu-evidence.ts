import type { GbUnit } from "../../billing/gigabyte.ts";
import { elapsedMs, levelsOf } from "../../billing/meter-rows.ts";
import { distinctInOrder, type UsageColumns } from "../../billing/usage-columns.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { CpuEvidence, Span, Unknown } from "./evidence.ts";
import { hiding, type RecordWork, workOf } from "./record-work.ts";

export interface CpuLevels {
  /** A record at or above this many vCPU works. */
  readonly idleVcpu: number;
  /** A record at or above this many is that of a runaway. */
  readonly hotVcpu: number;
  readonly gb: GbUnit;
}

/**
 * What the usage records of one session, in any order and with repeats, say of its CPU. Only `window` was read in full: records
 * outside of it prove no quiet, but they prove work. Records come in any order, the newest in islands: what counts is the latest
 * stretch without a gap that is `neededMs` long.
 *
 * AWS does not say whether a record is stamped at the start or at the end of its time, so each bound is taken where it proves
 * less: the horizon is the last stamp, work lasts until the stamp plus the duration, and what is covered begins with the first stamp.
 */
export function cpuEvidenceOf(
  rows: UsageColumns,
  levels: CpuLevels,
  window: Span,
  neededMs: number,
  now: Instant,
): CpuEvidence | Unknown {
  const records = distinctInOrder(rows);
  const last = lastWithin(records, window);
  if (last < 0) {
    const message = "The session has no usage records in the time that was looked at: they come 17 to 60 minutes late.";
    return { kind: "unknown", code: "no-records-yet", message };
  }
  const work = workOf(records, levels.idleVcpu);
  const stretch = stretchOf(records, work, last, window.from, neededMs);
  if (stretch === null) return hiding;
  const { first, end } = stretch;
  const covered: Span = { from: instant(records.at[first] ?? 0), until: instant(records.at[end] ?? 0) };
  const lastBusyAt = lastBusyOf(records, work);
  // A stamp that is early by its jitter lets work end early.
  const quietFrom = lastBusyAt === null ? covered.from : lastBusyAt + gapToleranceMs;
  return {
    kind: "known",
    asOf: now,
    covered,
    quietSince: quietFrom <= covered.until ? instant(Math.max(covered.from, quietFrom)) : null,
    lastBusyAt,
    lastRecordAt: instant(records.at[last] ?? 0),
    hotSince: hotSinceOf(records, last, levels.hotVcpu),
    memoryBytes: lastLevelOf(records, first, end, levels.gb),
  };
}

/** A record may come this much after the end of the one before: stamps come with jitter. As in the metering rule. */
export const gapToleranceMs = 500;
/**
 * The metering rule allows two neighbours to be apart by the longer of the two, which is right for one of the two ways to stamp.
 * By the other way a short record beside a long one leaves a hole of the difference, which here must be under a second.
 */
const longestHoleMs = 1000;
/** A few milliseconds make no rate that could be called a runaway's, nor do they interrupt one. */
const shortestRateMs = 250;

interface Stretch {
  /** Places of its first and last record. */
  readonly first: number;
  readonly end: number;
}

/**
 * The latest stretch without a gap that is long enough, or the longest where none is. A record that may hide work is as good as a gap; null
 * where all of them may.
 */
function stretchOf(
  records: UsageColumns,
  { isPlain }: RecordWork,
  last: number,
  from: Instant,
  neededMs: number,
): Stretch | null {
  const isBelow = (row: number): boolean => row >= 0 && (records.at[row] ?? 0) >= from && isPlain(row);
  let longest: Stretch | null = null;
  let end = -1;
  for (let row = last; row >= 0 && (records.at[row] ?? 0) >= from; row -= 1) {
    if (!isPlain(row)) continue;
    if (end < 0) end = row;
    if (isBelow(row - 1) && !isGap(records, row - 1, row)) continue;
    const stretch = { first: row, end };
    if (lengthOf(records, stretch) >= neededMs) return stretch;
    if (longest === null || lengthOf(records, stretch) > lengthOf(records, longest)) longest = stretch;
    end = -1;
  }
  return longest;
}

const lengthOf = ({ at }: UsageColumns, { first, end }: Stretch): number => (at[end] ?? 0) - (at[first] ?? 0);

export function isGap({ at, elapsedSeconds }: UsageColumns, before: number, after: number): boolean {
  const [a, b] = [elapsedMs(elapsedSeconds[before] ?? 0), elapsedMs(elapsedSeconds[after] ?? 0)];
  const allowedMs = Math.min(Math.max(a, b), Math.min(a, b) + longestHoleMs);
  return (at[after] ?? 0) - (at[before] ?? 0) > allowedMs + gapToleranceMs;
}

/** The place of the last record of the window, or -1. */
function lastWithin({ at, length }: UsageColumns, window: Span): number {
  let last = length - 1;
  while (last >= 0 && (at[last] ?? 0) >= window.until) last -= 1;
  return last >= 0 && (at[last] ?? 0) >= window.from ? last : -1;
}

function lastBusyOf(records: UsageColumns, { isBusy }: RecordWork): Instant | null {
  let latest = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < records.length; row += 1) {
    const endsAt = (records.at[row] ?? 0) + elapsedMs(records.elapsedSeconds[row] ?? 0);
    if (endsAt > latest && isBusy(row)) latest = endsAt;
  }
  return latest === Number.NEGATIVE_INFINITY ? null : instant(latest);
}

/**
 * Nothing is stopped for it, so that records which have not come yet interrupt it only where they are many: it is told while it goes on,
 * and not an hour later.
 */
function hotSinceOf({ at, elapsedSeconds, vcpuHours }: UsageColumns, last: number, hotVcpu: number): Instant | null {
  let since = at[last] ?? 0;
  let isHot = false;
  for (let row = last; row >= 0 && since - (at[row] ?? 0) <= longestHotGapMs; row -= 1) {
    const eMs = elapsedMs(elapsedSeconds[row] ?? 0);
    if (eMs < shortestRateMs) continue;
    if (vcpuNsOf(vcpuHours[row] ?? 0) < hotVcpu * eMs * 1e6) break;
    since = at[row] ?? 0;
    isHot = true;
  }
  return isHot ? instant(since) : null;
}

/** So far apart the records of a runaway may be. */
export const longestHotGapMs = 60_000;

function lastLevelOf(records: UsageColumns, first: number, last: number, gb: GbUnit): number | null {
  const levels = levelsOf(records, gb);
  for (let row = last; row >= first; row -= 1) {
    const level = levels[row] ?? -1;
    if (level >= 0) return level;
  }
  return null;
}

const vcpuNsOf = (vcpuHours: number): number => Math.round(vcpuHours * 3600e9);
