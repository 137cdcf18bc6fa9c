import type { Region } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { sumUsd, type Usd } from "../kernel/money.ts";
import { type GbUnit, gigabyteOf } from "./gigabyte.ts";
import { type PriceBook, type PricePeriod, periodsOf } from "./price-book.ts";
import { usageCost } from "./usage-cost.ts";

/** The cost of a session of which only its life is known: between an idle microVM and a full one, never a single figure. */
export interface BoundedCost {
  readonly basis: "bounded";
  /** 0 vCPU and the memory floor over the seconds alive; null where the Region has no price. */
  readonly low: Usd | null;
  /** All vCPU and all memory that the sandbox can have, over the seconds alive; null where the Region has no price. */
  readonly high: Usd | null;
  readonly final: boolean;
  readonly asOf: Instant;
}

/** How large a sandbox of a kind is: data of the kind. */
export interface SandboxSize {
  readonly vcpu: number;
  /** In GB of the price list. */
  readonly memoryGb: number;
}

/** A Code Interpreter session cannot be sized. */
export const codeInterpreterSize: SandboxSize = { vcpu: 2, memoryGb: 8 };

export interface BoundedCostInput {
  readonly region: Region;
  readonly createdAt: Instant;
  /** Null while the session lives: then it is counted up to `asOf`. */
  readonly endedAt: Instant | null;
  readonly asOf: Instant;
  readonly size: SandboxSize;
  readonly prices: PriceBook;
  readonly gb: GbUnit;
}

/** Usage records keep coming for about an hour after a session's end; a cost is final no sooner than this. */
const finalAfterMs = 75 * 60_000;

/**
 * Each second alive is charged at the price in force in it. A session is charged for one second of memory at least, at
 * its last price. A life that begins before the Region has a price has no bound at all.
 */
export function boundedCost(input: BoundedCostInput): BoundedCost {
  const { createdAt, endedAt, asOf, size, gb } = input;
  const until = instant(Math.max(createdAt, endedAt ?? asOf));
  const parts = partsOf(periodsOf(input.prices, input.region), createdAt, until);
  const { bytes, floorBytes } = gigabyteOf(gb);
  const total = (vcpu: number, memoryBytes: number): Usd | null =>
    parts === null
      ? null
      : sumUsd(
          parts.map(({ period, aliveMs, chargedMs }) =>
            usageCost(
              BigInt(Math.round(vcpu * 1e6)) * aliveMs,
              BigInt(Math.round(memoryBytes)) * chargedMs,
              period,
              gb,
            ),
          ),
        );
  return {
    basis: "bounded",
    low: total(0, floorBytes),
    high: total(size.vcpu, size.memoryGb * bytes),
    final: endedAt !== null && asOf - endedAt >= finalAfterMs,
    asOf,
  };
}

interface Part {
  readonly period: PricePeriod;
  readonly aliveMs: bigint;
  /** What memory is charged for: more than `aliveMs` under the one-second minimum. */
  readonly chargedMs: bigint;
}

function partsOf(periods: readonly PricePeriod[], from: Instant, until: Instant): readonly Part[] | null {
  const first = periods[0];
  if (first === undefined || first.startsAt > from) return null;
  const missingMs = BigInt(Math.max(0, 1000 - (until - from)));
  return periods.flatMap((period) => {
    const endsAt = period.endsAt ?? Number.POSITIVE_INFINITY;
    const aliveMs = BigInt(Math.max(0, Math.min(until, endsAt) - Math.max(from, period.startsAt)));
    const isLast = period.startsAt <= until && until < endsAt;
    const chargedMs = isLast ? aliveMs + missingMs : aliveMs;
    return chargedMs === 0n ? [] : [{ period, aliveMs, chargedMs }];
  });
}
