import { roundHalfEven, sumUsd, type Usd } from "../kernel/money.ts";

/**
 * Exact parts in units of 10^-`decimals`, so that they add up to the total as it is printed: each is cut, and the units that
 * are left over go to those that lost most. Parts may be negative. Of two that lost the same, the first gets the unit.
 */
export function printedParts(parts: readonly Usd[], decimals: number): readonly bigint[] {
  const scale = 10n ** BigInt(decimals);
  const total = printedTotal(sumUsd(parts), decimals);
  const cut = parts.map(({ numerator, denominator }, place): CutPart => {
    const product = numerator * scale;
    const share = floorOf(product, denominator);
    return { place, share, lost: product - share * denominator, denominator };
  });
  const leftOver = Number(total - cut.reduce((sum, { share }) => sum + share, 0n));
  const lucky = leftOver === 0 ? new Set<number>() : new Set(mostLost(cut).slice(0, leftOver));
  return cut.map(({ place, share }) => (lucky.has(place) ? share + 1n : share));
}

interface CutPart {
  readonly place: number;
  readonly share: bigint;
  /** What was cut off, over the denominator. */
  readonly lost: bigint;
  readonly denominator: bigint;
}

/**
 * The places of the parts, those that lost most first. They are compared as floats, which never put two in the wrong order but
 * may not tell them apart: only then the fractions themselves are compared, which takes many times as long.
 */
function mostLost(cut: readonly CutPart[]): readonly number[] {
  const weights = Float64Array.from(cut, ({ lost, denominator }) => Number((lost * 2n ** 52n) / denominator));
  return cut
    .toSorted(
      (a, b) =>
        (weights[b.place] ?? 0) - (weights[a.place] ?? 0) ||
        compare(b.lost * a.denominator, a.lost * b.denominator) ||
        a.place - b.place,
    )
    .map(({ place }) => place);
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
