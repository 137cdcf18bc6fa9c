import { type PriceBook, type PricePeriod, periodsOf } from "../billing/price-book.ts";
import type { Region } from "../kernel/ids.ts";
import { roundHalfEven, type Usd, zeroUsd } from "../kernel/money.ts";
import { type CostCell, type Meter, type PricedUsage, usageAt } from "./cost-cells.ts";
import { amountOf, type GbScale, sumsOf } from "./cost-figures.ts";
import type { CostTally, OpenSession } from "./cost-tally.ts";
import type { TalliedUsage } from "./session-facts.ts";

/** What was charged at another price than the book has for that hour: what is settled keeps its price until it is restated. */
export interface FormerPrice {
  readonly meter: Meter;
  /** Of an hour. */
  readonly unitPrice: Usd;
  readonly charged: Usd;
}

const hourMs = 3_600_000;

/** The same tally, which also takes down what was charged at other prices than those of the book. */
export function besideFormerPrices(tally: Pick<CostTally, "session">, prices: PriceBook) {
  const former: Pick<CostCell, "usage"> = { usage: [] };
  const isCurrent = currentPrices(prices);
  let region: Region | null = null;
  let inner: OpenSession | null = null;
  // One for all sessions, as that of the tally: each is ended before the next begins.
  const open: OpenSession = {
    add: (row) => {
      if (region !== null && row.unitPrice !== null && !isCurrent(region, row)) usageAt(former, row).usage += row.usage;
      inner?.add(row);
    },
    bound: (...args) => inner?.bound(...args),
    end: () => inner?.end(),
  };
  return {
    session: ((session, ...rest) => {
      region = session.region;
      inner = tally.session(session, ...rest);
      return open;
    }) satisfies CostTally["session"],
    formerPrices: (scale: GbScale): readonly FormerPrice[] => formerPricesOf(former.usage, scale),
  };
}

/** Whether a price is in force at some time of the hour that it was charged for. */
function currentPrices(prices: PriceBook) {
  const known = new Map<Region, Map<number, Readonly<Record<Meter, readonly bigint[]>>>>();
  return (region: Region, { hourAt, meter, unitPrice }: TalliedUsage): boolean => {
    const ofRegion = within(known, region, () => new Map());
    const units = within(ofRegion, hourAt, () => unitsIn(periodsOf(prices, region), hourAt));
    return unitPrice !== null && units[meter].includes(unitPrice);
  };
}

function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function unitsIn(periods: readonly PricePeriod[], hourAt: number): Readonly<Record<Meter, readonly bigint[]>> {
  const own = periods.filter(
    ({ startsAt, endsAt }) => startsAt < hourAt + hourMs && (endsAt === null || endsAt > hourAt),
  );
  return {
    vCPU: own.map(({ vcpuHour }) => unitsOfPrice(vcpuHour)),
    Memory: own.map(({ gbHour }) => unitsOfPrice(gbHour)),
  };
}

function formerPricesOf(usage: readonly PricedUsage[], scale: GbScale): readonly FormerPrice[] {
  const byPrice = Map.groupBy(
    usage.filter((line) => line.usage !== 0n),
    ({ meter, unitPrice }) => `${meter}/${unitPrice}`,
  );
  return [...byPrice.values()].flatMap((lines) => {
    const [first] = lines;
    if (first === undefined || first.unitPrice === null) return [];
    const cell: CostCell = {
      basis: "rated",
      usage: lines,
      sessions: 0,
      unknownSessions: 0,
      low: zeroUsd,
      high: zeroUsd,
    };
    const unitPrice = { numerator: first.unitPrice, denominator: 10n ** 12n };
    return [{ meter: first.meter, unitPrice, charged: amountOf(sumsOf([cell], scale).known, scale) }];
  });
}

/** A price in units of 10^-12 dollars, as rows of history have it. */
export const unitsOfPrice = (rate: Usd): bigint => roundHalfEven(rate.numerator * 10n ** 12n, rate.denominator);
