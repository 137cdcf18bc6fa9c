import { type GbUnit, gigabyteOf } from "../../billing/gigabyte.ts";
import { type PriceBook, type PricePeriod, periodsOf } from "../../billing/price-book.ts";
import { memoryCost } from "../../billing/usage-cost.ts";
import type { Region } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import { sumUsd, type Usd } from "../../kernel/money.ts";

/** Between two sums, both of them exact and both possible. */
export interface UsdBounds {
  readonly low: Usd;
  readonly high: Usd;
}

/** Between two levels of memory, in bytes. */
export interface LevelBounds {
  readonly low: number;
  readonly high: number;
}

export interface IdlePrices {
  readonly prices: PriceBook;
  readonly gb: GbUnit;
  /** The most memory that a sandbox can have, in GB of the price list. */
  readonly memoryGb: number;
}

/** What an idle session costs from one moment to another: its memory alone, at one level. Null where some of the time has no price. */
export function idleCost(
  { prices, gb }: IdlePrices,
  region: Region,
  from: Instant,
  until: Instant,
  bytes: number,
): Usd | null {
  const periods = periodsOf(prices, region);
  const [first] = periods;
  if (first === undefined || first.startsAt > from) return null;
  return sumUsd(
    periods.map((period) => {
      const aliveMs = Math.min(until, period.endsAt ?? until) - Math.max(from, period.startsAt);
      return memoryCost(BigInt(Math.max(0, aliveMs)) * BigInt(Math.round(bytes)), period, gb);
    }),
  );
}

/**
 * The level that an idle session is charged for. By a rule that goes by the peak, the last level that was logged is the least that it
 * can be, and only the peak of all records says what it is.
 */
export function chargedLevel(
  { gb, memoryGb }: Pick<IdlePrices, "gb" | "memoryGb">,
  { rule }: Pick<PricePeriod, "rule">,
  lastBytes: number | null,
  peakBytes: number | null,
): LevelBounds {
  const { bytes, floorBytes } = gigabyteOf(gb);
  const most = Math.max(floorBytes, memoryGb * bytes);
  const known = rule === "2026-09" ? peakBytes : lastBytes;
  const least = Math.max(floorBytes, lastBytes ?? 0, rule === "2026-09" ? (peakBytes ?? 0) : 0);
  return { low: least, high: known === null ? Math.max(most, least) : least };
}
