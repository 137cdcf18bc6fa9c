import { roundHalfEven, sumUsd, type Usd } from "../kernel/money.ts";

/**
 * Exact parts in units of 10^-`decimals`, so that they add up to the total as it is printed: each is cut, and the units that
 * are left over go to those that lost most. Parts may be negative. Of two that lost the same, the first gets the unit.
 */
export function printedParts(parts: readonly Usd[], decimals: number): readonly bigint[] {
  const scale = 10n ** BigInt(decimals);
  const total = printedTotal(sumUsd(parts), decimals);
  const cut = parts.map(({ numerator, denominator }, place) => {
    const product = numerator * scale;
    const share = floorOf(product, denominator);
    return { place, share, lost: product - share * denominator, denominator };
  });
  const leftOver = total - cut.reduce((sum, { share }) => sum + share, 0n);
  const lucky = new Set(
    cut
      .toSorted((a, b) => compare(b.lost * a.denominator, a.lost * b.denominator) || a.place - b.place)
      .slice(0, Number(leftOver))
      .map(({ place }) => place),
  );
  return cut.map(({ place, share }) => (lucky.has(place) ? share + 1n : share));
}

/** An exact amount in units of 10^-`decimals`, rounded once. */
export const printedTotal = ({ numerator, denominator }: Usd, decimals: number): bigint =>
  roundHalfEven(numerator * 10n ** BigInt(decimals), denominator);

/** `1234` at 2 decimals is `12.34`. */
export function decimalText(units: bigint, decimals: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, "0");
  const sign = units < 0n ? "-" : "";
  return decimals === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

const floorOf = (a: bigint, b: bigint): bigint => (a < 0n && a % b !== 0n ? a / b - 1n : a / b);
const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
