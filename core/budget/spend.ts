import { roundHalfEven, type Usd } from "../kernel/money.ts";
import type { Budget } from "./budget.ts";

/**
 * What was spent in a window on what a budget is for. Sessions without a figure are bounded or unpriced: they are never
 * counted as zero, so spend is a range.
 */
export interface Spend {
  /** Of the sessions that have a figure. */
  readonly known: Usd;
  /** `known`, and the low bounds of the others: less cannot have been spent. */
  readonly low: Usd;
  /** `known`, and the high bounds of the others; null where one of them has none, or the window was not read in full. */
  readonly high: Usd | null;
  readonly sessions: number;
  readonly unknownSessions: number;
}

/** Percent of the limit, rounded once to one decimal. For people: no threshold is decided by it. */
export const usedPct = (spent: Usd, limit: Usd): number =>
  Number(roundHalfEven(spent.numerator * limit.denominator * 1000n, limit.numerator * spent.denominator)) / 10;

/** The highest threshold that spend has reached: 0 where it has reached none. */
export const levelReached = (spent: Usd, { limit, thresholdsPct }: Budget): number =>
  thresholdsPct.findLast((pct) => isAtLeast(spent, limit, BigInt(pct), 100n)) ?? 0;

/** The highest threshold that spend still holds, `closePct` percent below where it opens. */
export const levelHeld = (spent: Usd, { limit, thresholdsPct, closePct }: Budget): number =>
  thresholdsPct.findLast((pct) => isAtLeast(spent, limit, BigInt(pct) * BigInt(100 - closePct), 10_000n)) ?? 0;

// Products of integers: 80 % of a limit is exactly that, whatever the digits of either.
const isAtLeast = (spent: Usd, limit: Usd, part: bigint, whole: bigint): boolean =>
  spent.numerator * limit.denominator * whole >= limit.numerator * spent.denominator * part;
