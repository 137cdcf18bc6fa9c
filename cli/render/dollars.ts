import { roundHalfEven, type Usd } from "../../core/kernel/money.ts";

/**
 * An amount that stands alone, such as `0.0146`: rounded once, half to even. What is more than nothing is never shown as
 * nothing: it is `<0.0001`.
 */
export function amountText(amount: Usd, decimals = usualDecimals): string {
  const { before, digits } = printed(amount, decimals);
  return before + digits;
}

/** The same with its sign: `$0.0146`, `<$0.0001`, `-$2.5000`. */
export function dollarText(amount: Usd, decimals = usualDecimals): string {
  const { before, digits } = printed(amount, decimals);
  return `${before}$${digits}`;
}

/** Cents are too coarse for a session, and twelve places are too many for a reader. */
const usualDecimals = 4;

function printed({ numerator, denominator }: Usd, decimals: number) {
  const size = numerator < 0n ? -numerator : numerator;
  const rounded = roundHalfEven(size * 10n ** BigInt(decimals), denominator);
  const isLost = rounded === 0n && size > 0n;
  const digits = (isLost ? 1n : rounded).toString().padStart(decimals + 1, "0");
  const sign = numerator < 0n ? "-" : "";
  return {
    // Between the least that can be shown and nothing, on its own side.
    before: isLost ? (sign === "" ? "<" : ">-") : sign,
    digits: decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`,
  };
}
