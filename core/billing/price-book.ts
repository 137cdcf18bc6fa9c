import type { Region } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { parseUsd, type Usd } from "../kernel/money.ts";
import { type BillingRule, everyRegion, type PriceRow } from "./price-row.ts";

/** A row as the meter uses it: rates as exact fractions, and the instant at which the next row takes over. */
export interface PricePeriod {
  readonly row: PriceRow;
  readonly rule: BillingRule;
  readonly vcpuHour: Usd;
  readonly gbHour: Usd;
  readonly startsAt: Instant;
  /** Exclusive; null while no later row is known. */
  readonly endsAt: Instant | null;
}

/**
 * The periods of each Region, earliest first, without holes after the first. Those under `everyRegion` hold for Regions
 * without a row of their own, so ask `periodsOf` and not the map. A start names one period of a Region.
 */
export type PriceBook = ReadonlyMap<Region, readonly PricePeriod[]>;

/**
 * A Region's own rows win from the start of the first of them on, for good; before it the rows for every Region hold.
 * `rule` overrides the rule of every row. Throws `RangeError` where two rows of a Region start together, or a start is no
 * whole second.
 */
export function priceBookOf(rows: readonly PriceRow[], rule?: BillingRule): PriceBook {
  const byRegion = Map.groupBy(
    rows.toSorted((a, b) => a.startsAt - b.startsAt),
    (row) => row.region,
  );
  const shared = byRegion.get(everyRegion) ?? [];
  const book = new Map<Region, readonly PricePeriod[]>();
  for (const [region, own] of byRegion) {
    const before = region === everyRegion ? [] : shared.filter((row) => row.startsAt < (own[0]?.startsAt ?? 0));
    const all = [...before, ...own];
    book.set(
      region,
      all.map((row, index) => periodOf(row, all[index + 1], rule)),
    );
  }
  return book;
}

/** The periods of a Region; empty where the book has no price for it. */
export const periodsOf = (book: PriceBook, region: Region): readonly PricePeriod[] =>
  book.get(region) ?? book.get(everyRegion) ?? [];

/** The period in force in a Region at an instant; null where the book has no price. */
export function periodAt(book: PriceBook, region: Region, at: Instant): PricePeriod | null {
  return periodsOf(book, region).findLast((period) => period.startsAt <= at) ?? null;
}

function periodOf(row: PriceRow, next: PriceRow | undefined, rule: BillingRule | undefined): PricePeriod {
  if (row.startsAt % 1000 !== 0) throw new RangeError(`a price of ${row.region} starts within a second`);
  if (next?.startsAt === row.startsAt) throw new RangeError(`two prices of ${row.region} start at the same instant`);
  return {
    row,
    rule: rule ?? row.rule,
    vcpuHour: parseUsd(row.usdPerVcpuHour),
    gbHour: parseUsd(row.usdPerGbHour),
    startsAt: row.startsAt,
    endsAt: next?.startsAt ?? null,
  };
}
