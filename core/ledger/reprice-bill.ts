import type { PricePeriod } from "../billing/price-book.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { Charge, SessionBill } from "./charge.ts";

const hourMs = 3_600_000;

/** Rows of the price book that are in force within the hour of a charge; null stands for the time before the first. */
export function periodsWithin(periods: readonly PricePeriod[], hourAt: Instant): readonly (PricePeriod | null)[] {
  const inForce = periods.filter(
    ({ startsAt, endsAt }) => startsAt < plusMs(hourAt, hourMs) && (endsAt === null || endsAt > hourAt),
  );
  const [first] = inForce;
  return first === undefined || first.startsAt > hourAt ? [null, ...inForce] : inForce;
}

/**
 * A closed bill at the prices that the book has now, its usage untouched. Null where a price begins within the hour of a charge
 * that was not cut there: what of it came before and after, only its records can tell.
 */
export function repricedBill(bill: SessionBill, periods: readonly PricePeriod[]): SessionBill | null {
  const charges = new Map<string, Charge>();
  for (const charge of bill.charges) {
    const priceStartsAt = priceOf(charge, periodsWithin(periods, charge.hourAt));
    if (priceStartsAt === undefined) return null;
    const name = `${charge.hourAt}/${priceStartsAt}`;
    const before = charges.get(name);
    charges.set(name, before === undefined ? { ...charge, priceStartsAt } : together(before, charge));
  }
  return { ...bill, charges: [...charges.values()] };
}

/** Undefined where it is not known which of the rows it is. */
function priceOf({ priceStartsAt }: Charge, inForce: readonly (PricePeriod | null)[]): Instant | null | undefined {
  const starts = inForce.map((period) => period?.startsAt ?? null);
  if (starts.length === 1) return starts[0];
  return starts.includes(priceStartsAt) ? priceStartsAt : undefined;
}

/** A price that began within an hour is gone from the book. */
const together = (a: Charge, b: Charge): Charge => ({
  ...a,
  records: a.records + b.records,
  meteredMs: a.meteredMs + b.meteredMs,
  vcpuNs: a.vcpuNs + b.vcpuNs,
  byteMs: a.byteMs + b.byteMs,
  idleByteMs: a.idleByteMs + b.idleByteMs,
  loggedByteMs: a.loggedByteMs + b.loggedByteMs,
  peakTaxByteMs: a.peakTaxByteMs + b.peakTaxByteMs,
});
