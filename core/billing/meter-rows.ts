import { type Instant, instant } from "../kernel/instant.ts";
import { addTo, type ExactSum, exactSum, totalOf } from "./exact-sum.ts";
import { type GbUnit, gigabyteOf } from "./gigabyte.ts";
import type { PricePeriod } from "./price-book.ts";
import type { BillingRule } from "./price-row.ts";
import type { UsagePart } from "./session-usage.ts";
import type { UsageColumns } from "./usage-columns.ts";

export interface MeterSettings {
  readonly gb: GbUnit;
  /** A record below this many vCPU is idle. */
  readonly idleVcpu: number;
  /** The rule where no row of the price book says one. */
  readonly unpricedRule: BillingRule;
}

/** What later records need of all before them. */
export interface MeterCarry {
  /** The largest memory level so far, or -1 where there was none. */
  readonly peak: number;
  /** The last record's timestamp, or null at the start of a session. */
  readonly lastAt: Instant | null;
  readonly lastMs: number;
}

export const meterStart: MeterCarry = { peak: -1, lastAt: null, lastMs: 0 };

/** What was used within one row of the price book, and within one hour of UTC where parts are cut by hours. */
export interface MeteredPart extends UsagePart {
  readonly rule: BillingRule;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly records: number;
  readonly meteredMs: number;
}

export interface MeteredRows {
  readonly parts: readonly MeteredPart[];
  readonly meteredMs: number;
  readonly gapMs: number;
  readonly carry: MeterCarry;
}

/** A stretch between two records is a gap only beyond this much: stamps come with jitter. */
const gapToleranceMs = 500;
/** A shorter record has no memory level: a few milliseconds make none. */
const shortestLevelSeconds = 0.25;
const hourMs = 3_600_000;

/**
 * Meters a stretch of one session. `rows` are distinct and in order, and no record of an instant is in another stretch:
 * then the parts of all stretches, one after the other, are those of the whole. The one-second minimum is left to whoever
 * knows the whole.
 */
export function meterRows(
  rows: UsageColumns,
  periods: readonly PricePeriod[],
  settings: MeterSettings,
  start: MeterCarry,
  cut: "by-price" | "by-price-and-hour",
): MeteredRows {
  const { at, elapsedSeconds, vcpuHours, gbHours, length } = rows;
  const { bytes: gb, floorBytes } = gigabyteOf(settings.gb);
  const levels = levelsOf(rows, settings.gb);
  const parts: OpenPart[] = [];
  let part: OpenPart | undefined;
  let { peak, lastMs: previousMs } = start;
  let previousAt = start.lastAt ?? at[0] ?? 0;
  let meteredMs = 0;
  let gapMs = 0;
  for (let i = 0, seen = 0; i < length; i += 1) {
    const t = at[i] ?? 0;
    // The peak of an instant is that of all its records, also of those sorted behind this one.
    for (; seen < length && (at[seen] ?? 0) <= t; seen += 1) peak = Math.max(peak, levels[seen] ?? -1);
    if (part === undefined || t >= part.endsAt) {
      part = openPart(periods, t, settings.unpricedRule, cut);
      parts.push(part);
    }
    const eMs = elapsedMs(elapsedSeconds[i] ?? 0);
    const vcpuNs = Math.round((vcpuHours[i] ?? 0) * 3600e9);
    const own = eMs * Math.max(floorBytes, levels[i] ?? -1);
    const highest = eMs * Math.max(floorBytes, peak);
    const charged = part.rule === "2026-09" ? highest : own;
    addTo(part.vcpuNs, vcpuNs);
    addTo(part.byteMs, charged);
    addTo(part.peakTaxByteMs, highest - own);
    addTo(part.loggedByteMs, Math.round((gbHours[i] ?? 0) * gb * 3600 * 1000));
    if (vcpuNs < settings.idleVcpu * eMs * 1e6) addTo(part.idleByteMs, charged);
    const sinceMs = t - previousAt;
    if (sinceMs > Math.max(previousMs, eMs) + gapToleranceMs) gapMs += sinceMs - eMs;
    meteredMs += eMs;
    part.meteredMs += eMs;
    part.records += 1;
    part.lastAt = t;
    previousAt = t;
    previousMs = eMs;
  }
  const lastAt = length === 0 ? start.lastAt : instant(previousAt);
  return { parts: parts.map(closePart), meteredMs, gapMs, carry: { peak, lastAt, lastMs: previousMs } };
}

export const elapsedMs = (elapsedSeconds: number): number => Math.round(1000 * elapsedSeconds);

/** The memory level of each row in bytes, or -1 where it has none. */
export function levelsOf({ elapsedSeconds, gbHours, length }: UsageColumns, unit: GbUnit): Float64Array {
  const { bytes: gb } = gigabyteOf(unit);
  const levels = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    const e = elapsedSeconds[i] ?? 0;
    levels[i] = e >= shortestLevelSeconds ? Math.round(((gbHours[i] ?? 0) * gb * 3600) / e) : -1;
  }
  return levels;
}

type Sums = "vcpuNs" | "byteMs" | "idleByteMs" | "loggedByteMs" | "peakTaxByteMs";

interface OpenPart extends Readonly<Record<Sums, ExactSum>> {
  readonly period: PricePeriod | null;
  readonly rule: BillingRule;
  readonly endsAt: number;
  readonly firstAt: number;
  lastAt: number;
  records: number;
  meteredMs: number;
}

function openPart(
  periods: readonly PricePeriod[],
  t: number,
  unpricedRule: BillingRule,
  cut: "by-price" | "by-price-and-hour",
): OpenPart {
  const period = periods.findLast((candidate) => candidate.startsAt <= t) ?? null;
  const priceEndsAt = (period === null ? periods[0]?.startsAt : period.endsAt) ?? Number.POSITIVE_INFINITY;
  const hourEndsAt = (Math.floor(t / hourMs) + 1) * hourMs;
  return {
    period,
    rule: period?.rule ?? unpricedRule,
    endsAt: cut === "by-price" ? priceEndsAt : Math.min(priceEndsAt, hourEndsAt),
    firstAt: t,
    lastAt: t,
    records: 0,
    meteredMs: 0,
    vcpuNs: exactSum(),
    byteMs: exactSum(),
    idleByteMs: exactSum(),
    loggedByteMs: exactSum(),
    peakTaxByteMs: exactSum(),
  };
}

const closePart = (part: OpenPart): MeteredPart => ({
  period: part.period,
  rule: part.rule,
  firstAt: instant(part.firstAt),
  lastAt: instant(part.lastAt),
  records: part.records,
  meteredMs: part.meteredMs,
  vcpuNs: totalOf(part.vcpuNs),
  byteMs: totalOf(part.byteMs),
  idleByteMs: totalOf(part.idleByteMs),
  loggedByteMs: totalOf(part.loggedByteMs),
  peakTaxByteMs: totalOf(part.peakTaxByteMs),
});
