import { type GbUnit, gigabyteOf } from "../billing/gigabyte.ts";
import { type PriceBook, periodsOf } from "../billing/price-book.ts";
import { addDecimals } from "../kernel/decimal.ts";
import type { Region } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import { addUsd, roundHalfEven, sumUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";
import type { BilledLine } from "../ports/billed-usage.ts";
import type { Meter } from "../reporting/cost-cells.ts";
import type { Sides } from "./compare.ts";
import type { MeterUnits, OwnDay, OwnUse } from "./own-usage.ts";
import type { Amounts } from "./reconciliation.ts";

/** Both sides of one day, by meter; `rate` is what an hour costs by the price book, null where it has no price. */
export interface DaySides {
  readonly dayAt: Instant;
  readonly meters: Readonly<Record<Meter, { readonly hours: Sides; readonly usd: Sides; readonly rate: Usd | null }>>;
  /** The most that sessions without a figure, and stretches without records, add. */
  readonly bounded: Amounts;
  readonly gaps: Amounts;
}

export interface DayPricing {
  readonly prices: PriceBook;
  readonly gb: GbUnit;
  readonly region: Region;
  /** Places that the bill is rounded to: ours is rounded alike, or rounding alone would be a difference. */
  readonly decimals: number | null;
}

const dayMs = 86_400_000;
const priceUnits = 10n ** 12n;

export function daySides(
  dayAt: Instant,
  own: OwnDay | undefined,
  billed: readonly BilledLine[],
  pricing: DayPricing,
): DaySides {
  const sideOf = (meter: Meter) => {
    const uses = own?.uses[meter] ?? [];
    const lines = billed.filter((line) => line.meter === meter);
    const alike = (amount: Usd): Usd => (pricing.decimals === null ? amount : rounded(amount, pricing.decimals));
    const hours = (of: Part): Usd => alike(sumUsd(uses.map((use) => usd(use[of], unitsPerHour(meter, use.gb)))));
    const dollars = (of: Part): Usd | null => {
      const priced = dollarsOf(uses, of, meter);
      return priced === null ? null : alike(priced);
    };
    return {
      hours: {
        billed: lines.map((line) => line.hours).reduce(addDecimals, zeroUsd),
        rated: hours("rated"),
        logged: hours("logged"),
        allocated: hours("allocated"),
      },
      usd: {
        billed: lines.map((line) => line.usd).reduce(addDecimals, zeroUsd),
        rated: dollars("rated"),
        logged: dollars("logged"),
        allocated: dollars("allocated"),
      },
      rate: rateOf(dayAt, meter, uses, pricing),
    };
  };
  const meters = { vCPU: sideOf("vCPU"), Memory: sideOf("Memory") };
  const amounts = (units: MeterUnits | undefined): Amounts =>
    valued(
      usd(units?.vCPU ?? 0n, unitsPerHour("vCPU", pricing.gb)),
      usd(units?.Memory ?? 0n, unitsPerHour("Memory", pricing.gb)),
      { vCPU: meters.vCPU.rate, Memory: meters.Memory.rate },
    );
  return { dayAt, meters, bounded: amounts(own?.bounded), gaps: amounts(own?.gaps) };
}

type Part = "rated" | "logged" | "allocated";

/** Null where some of it has no price: the rest alone is no figure. */
function dollarsOf(uses: readonly OwnUse[], of: Part, meter: Meter): Usd | null {
  if (uses.some((use) => use.unitPrice === null && use.rated + use.logged + use.allocated > 0n)) return null;
  return sumUsd(uses.map((use) => usd(use[of] * (use.unitPrice ?? 0n), unitsPerHour(meter, use.gb) * priceUnits)));
}

/** What an hour costs on a day. Where the price changes within it, the mean of what the ledger has, else the later one. */
function rateOf(dayAt: Instant, meter: Meter, uses: readonly OwnUse[], { prices, region }: DayPricing): Usd | null {
  const inForce = periodsOf(prices, region).filter(
    ({ startsAt, endsAt }) => startsAt < dayAt + dayMs && (endsAt === null || endsAt > dayAt),
  );
  const priced = uses.filter(({ unitPrice }) => unitPrice !== null);
  // In hours: a GB may have been another one for some of it.
  const hours = priced.map((use) => usd(use.rated + use.allocated, unitsPerHour(meter, use.gb)));
  const used = sumUsd(hours);
  if (inForce.length > 1 && used.numerator > 0n) {
    const paid = sumUsd(
      priced.map((use, index) => times(hours[index] ?? zeroUsd, usd(use.unitPrice ?? 0n, priceUnits))),
    );
    return usd(paid.numerator * used.denominator, paid.denominator * used.numerator);
  }
  const last = inForce.at(-1);
  if (last === undefined) return null;
  return meter === "vCPU" ? last.vcpuHour : last.gbHour;
}

/** Hours, and what they cost at these rates. */
function valued(vcpuHours: Usd, gbHours: Usd, rates: Readonly<Record<Meter, Usd | null>>): Amounts {
  const { vCPU, Memory } = rates;
  const isPriced = vCPU !== null && Memory !== null;
  return { vcpuHours, gbHours, usd: isPriced ? addUsd(times(vcpuHours, vCPU), times(gbHours, Memory)) : null };
}

export const times = (a: Usd, b: Usd): Usd => usd(a.numerator * b.numerator, a.denominator * b.denominator);

/** Of days, or of meters. */
export function sumSides(parts: readonly Sides[]): Sides {
  const sum = (of: Part): Usd | null => {
    const known = parts.flatMap((part) => part[of] ?? []);
    return known.length < parts.length ? null : sumUsd(known);
  };
  return {
    billed: parts.map(({ billed }) => billed).reduce(addDecimals, zeroUsd),
    rated: sum("rated"),
    logged: sum("logged"),
    allocated: sum("allocated"),
  };
}

const rounded = ({ numerator, denominator }: Usd, decimals: number): Usd => {
  const scale = 10n ** BigInt(decimals);
  return usd(roundHalfEven(numerator * scale, denominator), scale);
};

const unitsPerHour = (meter: Meter, gb: GbUnit): bigint =>
  meter === "vCPU" ? 3_600_000_000_000n : 3_600_000n * BigInt(gigabyteOf(gb).bytes);
