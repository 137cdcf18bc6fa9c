import type { GbUnit } from "../billing/gigabyte.ts";
import type { PricePeriod } from "../billing/price-book.ts";
import { type RatedCost, rateSession } from "../billing/rate-session.ts";
import { memoryCost, vcpuCost } from "../billing/usage-cost.ts";
import { subtractUsd, type Usd, zeroUsd } from "../kernel/money.ts";
import type { Charge } from "./charge.ts";

/** A session's charges in dollars, exact. */
export interface ChargedCost extends RatedCost {
  /** `rated` less `idle`, so that the two add up to it. */
  readonly active: Usd;
}

/**
 * Null where any charge has no price, or has one that the book no longer knows: a sum of the priced ones would be no figure
 * of the session. Idle and active add up to rated. `periods` are those of the session's Region.
 */
export function ratedOf(charges: readonly Charge[], periods: readonly PricePeriod[], gb: GbUnit): ChargedCost | null {
  const parts = charges.map((charge) => ({ ...charge, period: periodOf(charge, periods) }));
  const cost = rateSession({ parts }, gb);
  return cost === null ? null : { ...cost, active: subtractUsd(cost.rated, cost.idle) };
}

/** One meter of one charge: what history and a FOCUS export have a row for. */
export interface ChargeLine {
  readonly meter: "vCPU" | "Memory";
  readonly charge: Charge;
  /** Null where the Region had no price, or the book no longer knows it. */
  readonly period: PricePeriod | null;
  /** vCPU-nanoseconds or byte-milliseconds; of all four, what is charged, and then what of it or beside it. */
  readonly usage: bigint;
  readonly idleUsage: bigint;
  readonly loggedUsage: bigint;
  readonly peakTaxUsage: bigint;
  /** The same in dollars, exact; null where there is no price. */
  readonly usd: Usd | null;
  readonly idleUsd: Usd | null;
  readonly loggedUsd: Usd | null;
  readonly peakTaxUsd: Usd | null;
}

/** Two lines for each charge. CPU is free while idle and has no peak, so those of its figures are 0. */
export const chargeLines = (
  charges: readonly Charge[],
  periods: readonly PricePeriod[],
  gb: GbUnit,
): readonly ChargeLine[] =>
  charges.flatMap((charge) => {
    const period = periodOf(charge, periods);
    const vcpuUsd = period === null ? null : vcpuCost(charge.vcpuNs, period);
    const nothing = period === null ? null : zeroUsd;
    const memoryUsd = (byteMs: bigint): Usd | null => (period === null ? null : memoryCost(byteMs, period, gb));
    return [
      {
        meter: "vCPU",
        charge,
        period,
        usage: charge.vcpuNs,
        idleUsage: 0n,
        loggedUsage: charge.vcpuNs,
        peakTaxUsage: 0n,
        usd: vcpuUsd,
        idleUsd: nothing,
        loggedUsd: vcpuUsd,
        peakTaxUsd: nothing,
      },
      {
        meter: "Memory",
        charge,
        period,
        usage: charge.byteMs,
        idleUsage: charge.idleByteMs,
        loggedUsage: charge.loggedByteMs,
        peakTaxUsage: charge.peakTaxByteMs,
        usd: memoryUsd(charge.byteMs),
        idleUsd: memoryUsd(charge.idleByteMs),
        loggedUsd: memoryUsd(charge.loggedByteMs),
        peakTaxUsd: memoryUsd(charge.peakTaxByteMs),
      },
    ] as const;
  });

const periodOf = ({ priceStartsAt }: Charge, periods: readonly PricePeriod[]): PricePeriod | null =>
  periods.find(({ startsAt }) => startsAt === priceStartsAt) ?? null;
