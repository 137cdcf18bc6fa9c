import { instant } from "../kernel/instant.ts";
import { addTo, type ExactSum, exactSum, totalOf } from "./exact-sum.ts";
import { type GbUnit, gigabyteOf } from "./gigabyte.ts";
import type { PricePeriod } from "./price-book.ts";
import type { BillingRule } from "./price-row.ts";
import type { SessionUsage, UsagePart } from "./session-usage.ts";
import { distinctInOrder, type UsageColumns } from "./usage-columns.ts";

export interface MeterSettings {
  readonly gb: GbUnit;
  /** A record below this many vCPU is idle. */
  readonly idleVcpu: number;
  /** The rule where no row of the price book says one. */
  readonly unpricedRule: BillingRule;
}

/** A stretch between two records is a gap only beyond this much: stamps come with jitter. */
const gapToleranceMs = 500;
/** A shorter record has no memory level: a few milliseconds make none. */
const shortestLevelSeconds = 0.25;

/**
 * Meters one session. `usage` holds one record at least, in any order, duplicates included; `periods` are those of its
 * Region. All sums are of integers, so that order, batches and repeats change no digit.
 */
export function meterSession(
  usage: UsageColumns,
  periods: readonly PricePeriod[],
  settings: MeterSettings,
): SessionUsage {
  const rows = distinctInOrder(usage);
  const { at, elapsedSeconds, vcpuHours, gbHours, length } = rows;
  const { bytes: gb, floorBytes } = gigabyteOf(settings.gb);
  const levels = levelsOf(rows, gb);
  const parts: OpenPart[] = [];
  let part: OpenPart | undefined;
  let peak = -1;
  let meteredMs = 0;
  let gapMs = 0;
  let previousMs = 0;
  for (let i = 0, seen = 0; i < length; i += 1) {
    const t = at[i] ?? 0;
    // The peak of an instant is that of all its records, also of those sorted behind this one.
    for (; seen < length && (at[seen] ?? 0) <= t; seen += 1) peak = Math.max(peak, levels[seen] ?? -1);
    if (part === undefined || t >= part.endsAt) {
      part = openPart(periods, t, settings.unpricedRule);
      parts.push(part);
    }
    const eMs = Math.round(1000 * (elapsedSeconds[i] ?? 0));
    const vcpuNs = Math.round((vcpuHours[i] ?? 0) * 3600e9);
    const own = eMs * Math.max(floorBytes, levels[i] ?? -1);
    const highest = eMs * Math.max(floorBytes, peak);
    const charged = part.rule === "2026-09" ? highest : own;
    addTo(part.vcpuNs, vcpuNs);
    addTo(part.byteMs, charged);
    addTo(part.peakTaxByteMs, highest - own);
    addTo(part.loggedByteMs, Math.round((gbHours[i] ?? 0) * gb * 3600 * 1000));
    if (vcpuNs < settings.idleVcpu * eMs * 1e6) addTo(part.idleByteMs, charged);
    const sinceMs = i === 0 ? 0 : t - (at[i - 1] ?? t);
    if (sinceMs > Math.max(previousMs, eMs) + gapToleranceMs) gapMs += sinceMs - eMs;
    meteredMs += eMs;
    previousMs = eMs;
  }
  const closed = parts.map(closePart);
  return {
    firstAt: instant(at[0] ?? 0),
    lastAt: instant(at[length - 1] ?? 0),
    records: length,
    duplicates: usage.length - length,
    meteredMs,
    gapMs,
    peakBytes: peak < 0 ? null : peak,
    parts: meteredMs < 1000 ? atLeastOneSecond(closed, meteredMs, Math.max(floorBytes, peak), settings) : closed,
  };
}

/** The memory level of each row in bytes, or -1 where it has none. */
function levelsOf({ elapsedSeconds, gbHours, length }: UsageColumns, gb: number): Float64Array {
  const levels = new Float64Array(length);
  for (let i = 0; i < length; i += 1) {
    const e = elapsedSeconds[i] ?? 0;
    levels[i] = e >= shortestLevelSeconds ? Math.round(((gbHours[i] ?? 0) * gb * 3600) / e) : -1;
  }
  return levels;
}

interface OpenPart extends Readonly<Record<keyof Omit<UsagePart, "period">, ExactSum>> {
  readonly period: PricePeriod | null;
  readonly rule: BillingRule;
  readonly endsAt: number;
}

function openPart(periods: readonly PricePeriod[], t: number, unpricedRule: BillingRule): OpenPart {
  const period = periods.findLast((candidate) => candidate.startsAt <= t) ?? null;
  return {
    period,
    rule: period?.rule ?? unpricedRule,
    endsAt: (period === null ? periods[0]?.startsAt : period.endsAt) ?? Number.POSITIVE_INFINITY,
    vcpuNs: exactSum(),
    byteMs: exactSum(),
    idleByteMs: exactSum(),
    loggedByteMs: exactSum(),
    peakTaxByteMs: exactSum(),
  };
}

const closePart = (part: OpenPart): UsagePart => ({
  period: part.period,
  vcpuNs: totalOf(part.vcpuNs),
  byteMs: totalOf(part.byteMs),
  idleByteMs: totalOf(part.idleByteMs),
  loggedByteMs: totalOf(part.loggedByteMs),
  peakTaxByteMs: totalOf(part.peakTaxByteMs),
});

/**
 * The one-second minimum: the memory of the whole session is charged as one second at its peak, at the price of its last
 * record. Such a session is one record to the bill, so it is idle or active as one, and has no peak tax: both rules agree.
 */
function atLeastOneSecond(
  parts: readonly UsagePart[],
  meteredMs: number,
  levelBytes: number,
  settings: MeterSettings,
): readonly UsagePart[] {
  const vcpuNs = parts.reduce((sum, part) => sum + Number(part.vcpuNs), 0);
  const byteMs = 1000n * BigInt(levelBytes);
  const idleByteMs = vcpuNs < settings.idleVcpu * meteredMs * 1e6 ? byteMs : 0n;
  const without = parts.map((part) => ({ ...part, byteMs: 0n, idleByteMs: 0n, peakTaxByteMs: 0n }));
  const last = without.at(-1);
  return last === undefined ? [] : [...without.slice(0, -1), { ...last, byteMs, idleByteMs }];
}
