import { elapsedMs } from "../../billing/meter-rows.ts";
import type { UsageColumns } from "../../billing/usage-columns.ts";
import type { Unknown } from "./evidence.ts";

/** What each record shows by itself and by those beside it. */
export interface RecordWork {
  /** It was at or above the idle level, wherever in its time its CPU was used. */
  readonly isBusy: (row: number) => boolean;
  /** Nothing that lies within it, or within one beside it that may have worked, can hide. */
  readonly isPlain: (row: number) => boolean;
}

/** Where no record of a session is plain. */
export const hiding: Unknown = {
  kind: "unknown",
  code: "approximate",
  message:
    "Its usage records are longer than a second, or overlap, and carry as much CPU as one second of work: whether it worked in one is not known.",
};

/** Shown as 0.00 s: its CPU is no rate. */
const noLengthMs = 10;
/**
 * The level is that of a second: in a longer record one second may have used all that it carries. As long as a second comes with the jitter of
 * stamps; a record of no length is within the second that it belongs to, by either way to stamp, too.
 */
const secondMs = 1500;

/**
 * Judges records by the idle level. What overlaps adds up; whether it does depends on which end of its time a record is stamped at, which AWS does
 * not say: one that works by both ways has worked, and one that does by one of them may have. So may a long one that carries as much CPU as one
 * second of work.
 */
export function workOf(records: UsageColumns, idleVcpu: number): RecordWork {
  const own = usedNs(records);
  const used = [withOverlaps(records, own, "start"), withOverlaps(records, own, "end")] as const;
  const isBusy = (row: number): boolean =>
    worksBy(records, own, row, idleVcpu) || used.every((each) => worksBy(records, each, row, idleVcpu));
  const mayHide = (row: number): boolean => {
    if (isBusy(row)) return false;
    const isLong = elapsedMs(records.elapsedSeconds[row] ?? 0) > secondMs;
    return used.some(
      (each) => worksBy(records, each, row, idleVcpu) || (isLong && (each[row] ?? 0) >= idleVcpu * 1e9 && idleVcpu > 0),
    );
  };
  const plain = plainOf(records, mayHide);
  return { isBusy, isPlain: (row) => plain[row] === 1 };
}

/** A record of no length that has no second beside it works where it carries any CPU at all. */
function worksBy({ elapsedSeconds }: UsageColumns, used: Float64Array, row: number, idleVcpu: number): boolean {
  const eMs = elapsedMs(elapsedSeconds[row] ?? 0);
  const vcpuNs = used[row] ?? 0;
  return eMs < noLengthMs ? vcpuNs > 0 : vcpuNs > 0 && vcpuNs >= idleVcpu * eMs * 1e6;
}

/**
 * The CPU of each record. A second is the finest that the meter knows: a record of no length is a part of the second beside it,
 * whichever that is, so that its CPU counts in both. A microVM that idles has such a record every few minutes.
 */
function usedNs({ at, elapsedSeconds, vcpuHours, length }: UsageColumns): Float64Array {
  const used = new Float64Array(length);
  const isShort = (row: number): boolean => elapsedMs(elapsedSeconds[row] ?? 0) < noLengthMs;
  const isSecond = (row: number): boolean => elapsedMs(elapsedSeconds[row] ?? 0) <= secondMs;
  for (let row = 0; row < length; row += 1) used[row] = (used[row] ?? 0) + vcpuNsOf(vcpuHours[row] ?? 0);
  for (let row = 0; row < length; row += 1) {
    if (!isShort(row)) continue;
    const own = vcpuNsOf(vcpuHours[row] ?? 0);
    let isTaken = false;
    for (const step of [-1, 1]) {
      let beside = row + step;
      // Never further than it can belong, or many of them in a row would each look at all others.
      const isNear = (): boolean =>
        beside >= 0 && beside < length && Math.abs((at[beside] ?? 0) - (at[row] ?? 0)) <= secondMs;
      while (isNear() && isShort(beside)) beside += step;
      if (!isNear() || !isSecond(beside)) continue;
      used[beside] = (used[beside] ?? 0) + own;
      isTaken = true;
    }
    if (isTaken) used[row] = 0;
  }
  return used;
}

/** The CPU that was used in the time of each record, also by others, of each as much as lies in it. */
function withOverlaps({ at, elapsedSeconds, length }: UsageColumns, own: Float64Array, stamp: "start" | "end") {
  const used = Float64Array.from(own);
  const share = (row: number, other: number, overlapMs: number): void => {
    const [ofRow, ofOther] = [elapsedMs(elapsedSeconds[row] ?? 0), elapsedMs(elapsedSeconds[other] ?? 0)];
    if (overlapMs <= 0 || ofRow < noLengthMs || ofOther < noLengthMs) return;
    used[row] = (used[row] ?? 0) + ((own[other] ?? 0) * overlapMs) / ofOther;
    used[other] = (used[other] ?? 0) + ((own[row] ?? 0) * overlapMs) / ofRow;
  };
  // Stamps are in order: whatever begins, or ends, within a record's time is next to it.
  for (let row = 0; row < length; row += 1) {
    const [t, e] = [at[row] ?? 0, elapsedMs(elapsedSeconds[row] ?? 0)];
    if (stamp === "start") {
      for (let other = row + 1; other < length && (at[other] ?? 0) < t + e; other += 1) {
        const until = Math.min(t + e, (at[other] ?? 0) + elapsedMs(elapsedSeconds[other] ?? 0));
        share(row, other, until - (at[other] ?? 0));
      }
    } else {
      for (let other = row - 1; other >= 0 && (at[other] ?? 0) > t - e; other -= 1) {
        const from = Math.max(t - e, (at[other] ?? 0) - elapsedMs(elapsedSeconds[other] ?? 0));
        share(row, other, (at[other] ?? 0) - from);
      }
    }
  }
  return used;
}

/** 1 for each record that neither may hide work, nor is stamped within the time, by either way to stamp, of one that may. */
function plainOf({ at, elapsedSeconds, length }: UsageColumns, mayHide: (row: number) => boolean): Uint8Array {
  const plain = new Uint8Array(length).fill(1);
  let until = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row += 1) {
    if (!mayHide(row)) {
      if ((at[row] ?? 0) < until) plain[row] = 0;
      continue;
    }
    plain[row] = 2;
    until = Math.max(until, (at[row] ?? 0) + elapsedMs(elapsedSeconds[row] ?? 0));
  }
  let from = Number.POSITIVE_INFINITY;
  for (let row = length - 1; row >= 0; row -= 1) {
    if (plain[row] === 2) from = Math.min(from, (at[row] ?? 0) - elapsedMs(elapsedSeconds[row] ?? 0));
    else if ((at[row] ?? 0) > from) plain[row] = 0;
  }
  return plain;
}

const vcpuNsOf = (vcpuHours: number): number => Math.round(vcpuHours * 3600e9);
