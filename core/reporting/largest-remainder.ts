import { roundHalfEven, sumUsd, type Usd, zeroUsd } from "../kernel/money.ts";

/**
 * Exact parts in units of 10^-`decimals`, so that they add up to the total as it is printed: each is cut, and the units that
 * are left over go to those that lost most. Parts may be negative. Of two that lost the same, the first gets the unit.
 */
export const printedParts = (parts: readonly Usd[], decimals: number): readonly bigint[] =>
  printedPartsAt(parts.length, (place) => parts[place] ?? zeroUsd, decimals);

/** The same of parts that are made as they are asked for: a list of hundreds of thousands takes room. */
export function printedPartsAt(count: number, partAt: (place: number) => Usd, decimals: number): readonly bigint[] {
  const cut = cutter(decimals);
  const total = runningSum();
  const lost = new Float64Array(count);
  let given = 0n;
  const shares = Array.from({ length: count }, (_, place) => {
    const part = partAt(place);
    if (part.numerator === 0n) return 0n;
    total.add(part);
    const { share, rest, divisor } = cut(part);
    lost[place] = Number(rest) / Number(divisor);
    given += share;
    return share;
  });
  const leftOver = Number(printedTotal(total.sum(), decimals) - given);
  if (leftOver === 0) return shares;
  // The least that gets a unit. What is nearer to it than floats can tell is told by the exact fractions, which takes longer.
  const least = lost.toSorted()[count - leftOver] ?? 0;
  const near = least * 1e-12;
  const alike: { readonly place: number; readonly rest: bigint; readonly divisor: bigint }[] = [];
  let open = leftOver;
  for (const [place, own] of lost.entries()) {
    if (own < least - near) continue;
    if (own <= least + near) {
      alike.push({ place, ...cut(partAt(place)) });
      continue;
    }
    shares[place] = (shares[place] ?? 0n) + 1n;
    open -= 1;
  }
  alike.sort((a, b) => compare(b.rest * a.divisor, a.rest * b.divisor) || a.place - b.place);
  for (const { place } of alike.slice(0, open)) shares[place] = (shares[place] ?? 0n) + 1n;
  return shares;
}

/** Adds numerators up as long as the denominator stays the same, as it mostly does. */
function runningSum() {
  const parts: Usd[] = [];
  let [numerator, denominator] = [0n, 1n];
  return {
    add: (part: Usd): void => {
      if (part.denominator === denominator) {
        numerator += part.numerator;
        return;
      }
      parts.push({ numerator, denominator });
      ({ numerator, denominator } = part);
    },
    sum: (): Usd => sumUsd([...parts, { numerator, denominator }]),
  };
}

/** Cuts a part to whole units; what is lost is `rest` of `divisor`. Mostly all parts have one denominator, which has the units in it. */
function cutter(decimals: number) {
  const scale = 10n ** BigInt(decimals);
  let last: { readonly denominator: bigint; readonly factor: bigint; readonly divisor: bigint } | null = null;
  return ({ numerator, denominator }: Usd) => {
    if (last?.denominator !== denominator) {
      const isMultiple = denominator % scale === 0n;
      last = {
        denominator,
        factor: isMultiple ? 1n : scale,
        divisor: isMultiple ? denominator / scale : denominator,
      };
    }
    const { factor, divisor } = last;
    const product = factor === 1n ? numerator : numerator * factor;
    const share = floorOf(product, divisor);
    return { share, rest: product - share * divisor, divisor };
  };
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
