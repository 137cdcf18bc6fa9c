import { type GbUnit, gigabyteOf } from "../billing/gigabyte.ts";
import { type PriceBook, periodsOf } from "../billing/price-book.ts";
import { roundHalfEven, type Usd } from "../kernel/money.ts";
import type { SessionBill } from "../ledger/charge.ts";
import { chargeLines } from "../ledger/charge-lines.ts";
import { type PricedRow, perUnit } from "./focus-row.ts";

/** Rows of a bill that history does not have yet, rounded as history rounds them; null for one without a price. */
export function pricedRowsOf(bill: SessionBill, prices: PriceBook, gb: GbUnit): readonly (PricedRow | null)[] {
  const facts = {
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
    x_AsOf: bill.asOf,
    x_Final: bill.final,
    x_BytesPerGb: gigabyteOf(gb).bytes,
  };
  // What AWS measured of an interpreter does not say how idle a session was.
  const known = (usage: bigint): bigint | null => (bill.basis === "rated" ? usage : null);
  return chargeLines(bill.charges, periodsOf(prices, bill.region), gb).map((line) => {
    const { meter, period, usd, usage } = line;
    if (period === null || usd === null) return null;
    return {
      ...facts,
      ChargePeriodStart: line.charge.hourAt,
      SkuMeter: meter,
      BilledCost: scaled(usd),
      ConsumedQuantity: roundHalfEven(usage * scale, perUnit(meter, gb)),
      ListUnitPrice: scaled(meter === "vCPU" ? period.vcpuHour : period.gbHour),
      x_BillingRule: period.rule,
      x_IdleUsage: known(line.idleUsage),
      x_LoggedUsage: known(line.loggedUsage),
      x_PeakTaxUsage: known(line.peakTaxUsage),
    };
  });
}

const scale = 10n ** 12n;
const scaled = (amount: Usd): bigint => roundHalfEven(amount.numerator * scale, amount.denominator);
