import { addUsd, compareUsd, subtractUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";

/** Hours of a meter or dollars, as fractions. What is ours is null where it has no price. */
export interface Sides {
  readonly billed: Usd;
  readonly rated: Usd | null;
  readonly logged: Usd | null;
  readonly allocated: Usd | null;
}

/**
 * `inside` the band or `outside` of it; `too-small` for a ratio to say anything; `unpriced` where ours has no price, so that
 * only quantities can be compared.
 */
export type ComparisonState = "inside" | "outside" | "too-small" | "unpriced";

export interface Comparison extends Sides {
  /** Billed less what the ledger has, rated and allocated. */
  readonly difference: Usd | null;
  /** Billed over the same; null where there is nothing to divide by. */
  readonly ratio: Usd | null;
  /** Billed over logged and allocated. */
  readonly loggedRatio: Usd | null;
  readonly state: ComparisonState;
}

export interface Band {
  /** Of what the ledger has, either way: a percentage. */
  readonly pct: Usd;
  /** Where both sides are worth less than this on each day, a ratio says nothing. */
  readonly leastUsdPerDay: Usd;
}

/** What both sides are worth in dollars; null where there is no price. */
export interface Worth {
  readonly billed: Usd;
  readonly ours: Usd | null;
}

export function compare(sides: Sides, worth: Worth, band: Band, days: number): Comparison {
  const ours = sumOf(sides.rated, sides.allocated);
  const logged = sumOf(sides.logged, sides.allocated);
  return {
    ...sides,
    difference: ours === null ? null : subtractUsd(sides.billed, ours),
    ratio: ours === null ? null : quotient(sides.billed, ours),
    loggedRatio: logged === null ? null : quotient(sides.billed, logged),
    state: stateOf(sides.billed, ours, worth, band, days),
  };
}

/** Whether an amount is at most the band's part of another. Exact, so that the band's edge is inside. */
export function isWithinBand(amount: Usd, of: Usd, { pct }: Band): boolean {
  return (
    sizeOf(amount).numerator * 100n * of.denominator * pct.denominator <=
    of.numerator * pct.numerator * amount.denominator
  );
}

/** How far from zero. */
export const sizeOf = (amount: Usd): Usd =>
  amount.numerator < 0n ? { ...amount, numerator: -amount.numerator } : amount;

/** Whether amounts of so many days say nothing. */
export const isTooSmall = (amount: Usd, { leastUsdPerDay }: Band, days: number): boolean =>
  compareUsd(amount, usd(leastUsdPerDay.numerator * BigInt(Math.max(1, days)), leastUsdPerDay.denominator)) < 0;

function stateOf(billed: Usd, ours: Usd | null, worth: Worth, band: Band, days: number): ComparisonState {
  if (ours === null) return "unpriced";
  const isNothing = compareUsd(billed, zeroUsd) === 0 && compareUsd(ours, zeroUsd) === 0;
  // What we cannot price, and the bill does not have, may be worth anything.
  const isUnknown = worth.ours === null && compareUsd(worth.billed, zeroUsd) === 0;
  const isSmall = isTooSmall(worth.billed, band, days) && isTooSmall(worth.ours ?? zeroUsd, band, days);
  if (isNothing || (isSmall && !isUnknown)) return "too-small";
  return isWithinBand(subtractUsd(billed, ours), ours, band) ? "inside" : "outside";
}

const sumOf = (a: Usd | null, b: Usd | null): Usd | null => (a === null || b === null ? null : addUsd(a, b));

const quotient = (a: Usd, b: Usd): Usd | null =>
  b.numerator <= 0n ? null : usd(a.numerator * b.denominator, a.denominator * b.numerator);
