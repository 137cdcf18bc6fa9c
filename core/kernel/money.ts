/**
 * Exact money: a fraction of integers, in US dollars. Nothing is rounded until a figure is printed
 * (reference: the metering rule, "Money": exact arithmetic, rounded once, half to even, 12 decimals).
 */
export interface Usd {
  readonly numerator: bigint;
  /** Greater than zero. */
  readonly denominator: bigint;
}

export const zeroUsd: Usd = { numerator: 0n, denominator: 1n };

export const usd = (numerator: bigint, denominator: bigint): Usd => {
  if (denominator <= 0n) throw new RangeError("a sum of money needs a denominator above zero");
  return { numerator, denominator };
};

export function addUsd(a: Usd, b: Usd): Usd {
  if (a.denominator === b.denominator) return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  return {
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  };
}

export const subtractUsd = (a: Usd, b: Usd): Usd => addUsd(a, { numerator: -b.numerator, denominator: b.denominator });

/** Sums by denominator first, so that a long list of like fractions does not grow the denominator. */
export function sumUsd(parts: Iterable<Usd>): Usd {
  const byDenominator = new Map<bigint, bigint>();
  const add = (denominator: bigint, numerator: bigint): void => {
    byDenominator.set(denominator, (byDenominator.get(denominator) ?? 0n) + numerator);
  };
  // Mostly all have one denominator: as long as it stays the same, it is not looked up.
  let run = zeroUsd;
  for (const part of parts) {
    if (part.denominator === run.denominator) {
      run = { numerator: run.numerator + part.numerator, denominator: run.denominator };
    } else {
      if (run.numerator !== 0n) add(run.denominator, run.numerator);
      run = part;
    }
  }
  if (run.numerator !== 0n) add(run.denominator, run.numerator);
  let total = zeroUsd;
  for (const [denominator, numerator] of byDenominator) total = addUsd(total, { numerator, denominator });
  return total;
}

/** Negative, zero or positive, as for `Array.prototype.sort`. */
export function compareUsd(a: Usd, b: Usd): number {
  const difference =
    a.denominator === b.denominator
      ? a.numerator - b.numerator
      : a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The nearest integer to `numerator / denominator`, ties to even. */
export function roundHalfEven(numerator: bigint, denominator: bigint): bigint {
  const negative = numerator < 0n;
  const size = negative ? -numerator : numerator;
  const quotient = size / denominator;
  const twice = (size % denominator) * 2n;
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n);
  const rounded = up ? quotient + 1n : quotient;
  return negative ? -rounded : rounded;
}

/** A decimal string such as `0.000123456789`. The only way money leaves the program as text. */
export function formatUsd(amount: Usd, decimals = 12): string {
  const scaled = roundHalfEven(amount.numerator * 10n ** BigInt(decimals), amount.denominator);
  const sign = scaled < 0n ? "-" : "";
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  return decimals === 0 ? sign + whole : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** Reads a decimal string such as `0.0895` exactly. Throws `SyntaxError` on anything else. */
export function parseUsd(text: string): Usd {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) throw new SyntaxError(`not a decimal amount: ${text}`);
  const fraction = match[2] ?? "";
  return { numerator: BigInt((match[1] ?? "") + fraction), denominator: 10n ** BigInt(fraction.length) };
}

/** A binary float, for CloudWatch data only: everything else takes the decimal string. */
export const usdToNumber = (amount: Usd): number => Number(formatUsd(amount, 15));
