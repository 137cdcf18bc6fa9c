import { type Usd, usd } from "./money.ts";

/** An exponent beyond this is no amount of anything: it would only cost memory. */
const mostExponent = 60;

/**
 * Reads a decimal as other programs write it, exactly: with a sign or an exponent (`-1.5`, `2.4E-9`). Null for anything else.
 * Hours and dollars alike: both are fractions.
 */
export function parseDecimal(text: string): Usd | null {
  const match = /^([+-])?(\d{1,60})?(?:\.(\d{0,60}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text.trim());
  if (match === null) return null;
  const [, sign, whole = "", fraction = "", exponentText = "0"] = match;
  const exponent = Number(exponentText);
  if (whole + fraction === "" || Math.abs(exponent) > mostExponent) return null;
  const digits = BigInt(whole + fraction);
  const shift = exponent - fraction.length;
  const signed = sign === "-" ? -digits : digits;
  return shift >= 0 ? usd(signed * 10n ** BigInt(shift), 1n) : usd(signed, 10n ** BigInt(-shift));
}

/** The sum of two decimals, over the finer of their denominators: any number of them can be added up without it growing. */
export function addDecimals(a: Usd, b: Usd): Usd {
  const [fine, coarse] = a.denominator >= b.denominator ? [a, b] : [b, a];
  return usd(fine.numerator + coarse.numerator * (fine.denominator / coarse.denominator), fine.denominator);
}
