import type { Region } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { parseUsd, type Usd } from "../kernel/money.ts";
import type { BillingRule, PriceRow } from "./price-row.ts";

/** A row as the meter uses it: rates as exact fractions, and the instant at which the Region's next row takes over. */
export interface PricePeriod {
  readonly row: PriceRow;
  readonly rule: BillingRule;
  readonly vcpuHour: Usd;
  readonly gbHour: Usd;
  readonly startsAt: Instant;
  /** Exclusive; null while no later row is known. */
  readonly endsAt: Instant | null;
}

/** The periods of each Region, earliest first, without holes after the first. */
export type PriceBook = ReadonlyMap<Region, readonly PricePeriod[]>;

/** `rule` overrides the rule of every row. Throws `RangeError` where two rows of a Region start together, or a start is no whole second. */
export function priceBookOf(rows: readonly PriceRow[], rule?: BillingRule): PriceBook {
  const book = new Map<Region, readonly PricePeriod[]>();
  for (const [region, own] of Map.groupBy(rows, (row) => row.region)) {
    const sorted = own.toSorted((a, b) => a.startsAt - b.startsAt);
    book.set(
      region,
      sorted.map((row, index) => periodOf(row, sorted[index + 1], rule)),
    );
  }
  return book;
}

/** The period in force in a Region at an instant; null where the book has no price. */
export function periodAt(book: PriceBook, region: Region, at: Instant): PricePeriod | null {
  return book.get(region)?.findLast((period) => period.startsAt <= at) ?? null;
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
