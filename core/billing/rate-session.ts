import { sumUsd, type Usd } from "../kernel/money.ts";
import type { GbUnit } from "./gigabyte.ts";
import type { PricePeriod } from "./price-book.ts";
import type { SessionUsage, UsagePart } from "./session-usage.ts";
import { memoryCost, usageCost } from "./usage-cost.ts";

/** A metered session in dollars. */
export interface RatedCost {
  /** The published rule applied to the records. */
  readonly rated: Usd;
  /** The plain sum of the logged hours at the same rates: a check, never the headline. */
  readonly logged: Usd;
  /** The share of `rated` that is memory on idle records; all the rest is active cost. */
  readonly idle: Usd;
  readonly peakTax: Usd;
}

/** Null where any part of the session has no price: a sum of only the priced parts would be no figure of the session. */
export function rateSession(usage: Pick<SessionUsage, "parts">, gb: GbUnit): RatedCost | null {
  const priced = usage.parts.flatMap((part) => (part.period === null ? [] : [{ part, period: part.period }]));
  if (priced.length < usage.parts.length) return null;
  const sum = (costOf: (part: UsagePart, period: PricePeriod) => Usd): Usd =>
    sumUsd(priced.map(({ part, period }) => costOf(part, period)));
  return {
    rated: sum((part, period) => usageCost(part.vcpuNs, part.byteMs, period, gb)),
    logged: sum((part, period) => usageCost(part.vcpuNs, part.loggedByteMs, period, gb)),
    idle: sum((part, period) => memoryCost(part.idleByteMs, period, gb)),
    peakTax: sum((part, period) => memoryCost(part.peakTaxByteMs, period, gb)),
  };
}
