import { type GbUnit, gigabyteOf } from "../../core/billing/gigabyte.ts";
import { type PriceBook, type PricePeriod, periodAt } from "../../core/billing/price-book.ts";
import { usageCost } from "../../core/billing/usage-cost.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import { parseUsd, roundHalfEven, type Usd } from "../../core/kernel/money.ts";
import type { Charge, SessionBill } from "../../core/ledger/charge.ts";
import type { HistoryRow } from "../../core/ports/history-row.ts";

/** With what dollars are made of integers when rows are written. */
export interface HistoryPricing {
  readonly prices: PriceBook;
  readonly gb: GbUnit;
}

/** With what rows are made. */
export interface RowTerms extends HistoryPricing {
  /** When history gets them. */
  readonly at: Instant;
  /** Whether it had them before, and lost them: as far as is known it got them when their bill was made. */
  readonly restored: boolean;
}

/** Two rows for each charge of a bill, vCPU and memory; one row without a meter where it has none. In the order of time. */
export function rowsOfBill(bill: SessionBill, pricing: RowTerms): readonly HistoryRow[] {
  const charges = bill.charges.toSorted(
    (a, b) => a.hourAt - b.hourAt || (a.priceStartsAt ?? -1) - (b.priceStartsAt ?? -1),
  );
  const facts = {
    ...factsOf(bill),
    x_BytesPerGb: gigabyteOf(pricing.gb).bytes,
    x_WrittenAt: pricing.restored ? bill.asOf : pricing.at,
  };
  if (charges.length === 0) return [{ ...periodOf(hourOfLife(bill)), ...noFigure, ...facts }];
  // AWS's metrics do not say what was idle, logged or above a peak.
  const unknown = bill.basis === "rated" ? {} : unmetered;
  return charges.flatMap((charge) => {
    const period = periodOfCharge(bill, charge, pricing.prices);
    return [
      {
        ...periodOf(charge.hourAt),
        ...vcpuOf(charge, period, pricing.gb),
        ...ofCharge(charge, period),
        ...facts,
        ...unknown,
      },
      {
        ...periodOf(charge.hourAt),
        ...memoryOf(charge, period, pricing.gb),
        ...ofCharge(charge, period),
        ...facts,
        ...unknown,
      },
    ];
  });
}

/** The hours that the rows of a bill lie in; one may come twice. */
export const hoursOfBill = (bill: SessionBill): readonly Instant[] =>
  bill.charges.length === 0 ? [hourOfLife(bill)] : bill.charges.map((charge) => charge.hourAt);

const hourMs = 3_600_000;
const hourOfLife = (bill: SessionBill): Instant => {
  const at = bill.createdAt ?? bill.endedAt ?? bill.asOf;
  return instant(at - (at % hourMs));
};

const periodOf = (hourAt: Instant) => ({
  BillingCurrency: "USD",
  ChargePeriodStart: hourAt,
  ChargePeriodEnd: plusMs(hourAt, hourMs),
});

// A charge names its price row by the start; a book that has lost that row makes the dollars unknown, not wrong.
function periodOfCharge(bill: SessionBill, charge: Charge, prices: PriceBook): PricePeriod | null {
  if (charge.priceStartsAt === null) return null;
  const period = periodAt(prices, bill.region, charge.priceStartsAt);
  return period?.startsAt === charge.priceStartsAt ? period : null;
}

const scale = 10n ** 12n;
const scaled = (amount: Usd): bigint => roundHalfEven(amount.numerator * scale, amount.denominator);
const nsPerHour = 3_600_000_000_000n;

const vcpuOf = (charge: Charge, period: PricePeriod | null, gb: GbUnit) => ({
  ...costs(period === null ? null : usageCost(charge.vcpuNs, 0n, period, gb)),
  SkuMeter: "vCPU" as const,
  ConsumedQuantity: roundHalfEven(charge.vcpuNs * scale, nsPerHour),
  ConsumedUnit: "vCPU-Hours",
  ListUnitPrice: period === null ? null : scaled(period.vcpuHour),
  x_Usage: charge.vcpuNs,
  x_IdleUsage: 0n,
  x_LoggedUsage: charge.vcpuNs,
  x_PeakTaxUsage: 0n,
});

const memoryOf = (charge: Charge, period: PricePeriod | null, gb: GbUnit) => ({
  ...costs(period === null ? null : usageCost(0n, charge.byteMs, period, gb)),
  SkuMeter: "Memory" as const,
  ConsumedQuantity: roundHalfEven(charge.byteMs * scale, BigInt(hourMs) * BigInt(gigabyteOf(gb).bytes)),
  ConsumedUnit: "GB-Hours",
  ListUnitPrice: period === null ? null : scaled(period.gbHour),
  x_Usage: charge.byteMs,
  x_IdleUsage: charge.idleByteMs,
  x_LoggedUsage: charge.loggedByteMs,
  x_PeakTaxUsage: charge.peakTaxByteMs,
});

const costs = (cost: Usd | null) => {
  const amount = cost === null ? null : scaled(cost);
  return { BilledCost: amount, EffectiveCost: amount };
};

const ofCharge = (charge: Charge, period: PricePeriod | null) => ({
  x_PriceStartsAt: charge.priceStartsAt,
  x_BillingRule: period?.rule ?? null,
  x_Records: charge.records,
  x_MeteredMs: charge.meteredMs,
});

const unmetered = { x_IdleUsage: null, x_LoggedUsage: null, x_PeakTaxUsage: null };

const noFigure = {
  BilledCost: null,
  EffectiveCost: null,
  SkuMeter: null,
  ConsumedQuantity: null,
  ConsumedUnit: null,
  ListUnitPrice: null,
  x_PriceStartsAt: null,
  x_BillingRule: null,
  x_Usage: 0n,
  ...unmetered,
  x_Records: 0,
  x_MeteredMs: 0,
};

const factsOf = (bill: SessionBill) => ({
  SubAccountId: bill.account,
  RegionId: bill.region,
  ResourceId: bill.session,
  ResourceName: bill.name,
  x_Interpreter: bill.interpreter,
  x_CostBasis: bill.basis,
  x_Approximate: bill.approximate,
  x_Version: bill.version,
  x_CreatedAt: bill.createdAt,
  x_EndedAt: bill.endedAt,
  x_EndSource: bill.endSource,
  x_GapMs: bill.gapMs,
  x_Duplicates: bill.duplicates,
  x_LateUnverifiable: bill.lateUnverifiable,
  x_PeakBytes: bill.peakBytes,
  x_LowUsd: bill.lowUsd === null ? null : scaled(parseUsd(bill.lowUsd)),
  x_HighUsd: bill.highUsd === null ? null : scaled(parseUsd(bill.highUsd)),
  x_AsOf: bill.asOf,
  x_Final: bill.final,
  x_Charges: bill.charges.length,
  x_FirstHourAt: instant(Math.min(...hoursOfBill(bill))),
  x_LastHourAt: instant(Math.max(...hoursOfBill(bill))),
});
