import { type Bucket, copyOf, mergeInto } from "./bucket.ts";
import { isOwn, ownBuckets } from "./own-metrics.ts";
import type { Reading, Slices } from "./reading.ts";
import { keyOf, storedMetrics } from "./store.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MINUTE = 60_000;

/**
 * Data older than this is kept in coarser points only: "you must specify the period as follows or no data points in that
 * time range is returned" (API reference of GetMetricData).
 */
const COARSER: readonly { readonly olderThanMs: number; readonly multipleOfMs: number }[] = [
  { olderThanMs: 3 * HOUR, multipleOfMs: MINUTE },
  { olderThanMs: 15 * DAY, multipleOfMs: 5 * MINUTE },
  { olderThanMs: 63 * DAY, multipleOfMs: HOUR },
];
/** 15 months, after which no point is left. */
const OLDEST_MS = 455 * DAY;

/**
 * One bucket for each period that has data, by the period's start; the periods are counted from `from`, which is first
 * rounded down to what CloudWatch keeps at that age.
 */
export function slicesOf(reading: Reading, asked: Slices): Map<number, Bucket> {
  // Beyond 455 days there is nothing, however early the start.
  const earliest = reading.now - OLDEST_MS;
  const from = roundedStart(Math.max(asked.from, earliest), asked.periodMs, reading.now);
  const slices = new Map<number, Bucket>();
  for (const [at, bucket] of bucketsOf(reading, asked, from)) {
    if (!isKept(at, asked.periodMs, reading.now)) continue;
    const start = from + Math.floor((at - from) / asked.periodMs) * asked.periodMs;
    const known = slices.get(start);
    if (known === undefined) slices.set(start, copyOf(bucket));
    else mergeInto(known, bucket);
  }
  return slices;
}

function roundedStart(from: number, periodMs: number, now: number): number {
  const age = now - from;
  const unit = age >= 63 * DAY ? HOUR : age >= 15 * DAY ? 5 * MINUTE : Math.min(periodMs, MINUTE);
  return Math.floor(from / unit) * unit;
}

const isKept = (at: number, periodMs: number, now: number): boolean =>
  COARSER.every(({ olderThanMs, multipleOfMs }) => now - at <= olderThanMs || periodMs % multipleOfMs === 0);

function bucketsOf(reading: Reading, asked: Slices, from: number): readonly (readonly [number, Bucket])[] {
  if (isOwn(asked.metric.namespace)) return ownBuckets(reading, { ...asked, from });
  const stored = storedMetrics(reading.place, reading.now).get(keyOf(asked.metric));
  if (stored === undefined) return [];
  const units = asked.unit === null ? [...stored.units.values()] : [stored.units.get(asked.unit)];
  return units.flatMap((data) => {
    if (data === undefined) return [];
    const buckets = asked.periodMs < MINUTE && data.seconds.size > 0 ? data.seconds : data.minutes;
    return [...buckets].filter(([at]) => at >= from && at < asked.to);
  });
}
