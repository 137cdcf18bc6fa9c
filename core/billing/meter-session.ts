import { instant } from "../kernel/instant.ts";
import { type MeteredPart, type MeterSettings, meterRows, meterStart } from "./meter-rows.ts";
import { atLeastOneSecond } from "./one-second-minimum.ts";
import type { PricePeriod } from "./price-book.ts";
import type { SessionUsage, UsagePart } from "./session-usage.ts";
import { distinctInOrder, type UsageColumns } from "./usage-columns.ts";

export type { MeterSettings } from "./meter-rows.ts";

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
  const { parts, meteredMs, gapMs, carry } = meterRows(rows, periods, settings, meterStart, "by-price");
  return {
    firstAt: instant(rows.at[0] ?? 0),
    lastAt: instant(rows.at[rows.length - 1] ?? 0),
    records: rows.length,
    duplicates: usage.length - rows.length,
    meteredMs,
    gapMs,
    peakBytes: carry.peak < 0 ? null : carry.peak,
    parts: atLeastOneSecond(parts.map(usagePart), meteredMs, carry.peak, settings),
  };
}

const usagePart = ({ period, vcpuNs, byteMs, idleByteMs, loggedByteMs, peakTaxByteMs }: MeteredPart): UsagePart => ({
  period,
  vcpuNs,
  byteMs,
  idleByteMs,
  loggedByteMs,
  peakTaxByteMs,
});
