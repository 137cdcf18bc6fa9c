import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addUsd,
  compareUsd,
  formatUsd,
  parseUsd,
  roundHalfEven,
  subtractUsd,
  sumUsd,
  usd,
  usdToNumber,
  zeroUsd,
} from "../../core/kernel/money.ts";

const anyUsd = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.bigInt({ min: 1n, max: 10n ** 18n }))
  .map(([numerator, denominator]) => usd(numerator, denominator));

describe("rounding to the nearest, ties to even", () => {
  it.each([
    [5n, 10n, 0n],
    [15n, 10n, 2n],
    [25n, 10n, 2n],
    [-5n, 10n, 0n],
    [-15n, 10n, -2n],
    [4n, 10n, 0n],
    [6n, 10n, 1n],
    [-6n, 10n, -1n],
  ])("%d / %d is %d", (numerator, denominator, expected) =>
    expect(roundHalfEven(numerator, denominator)).toBe(expected),
  );

  it("is never further than half away", () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt({ min: 1n }), (numerator, denominator) => {
        const difference = roundHalfEven(numerator, denominator) * denominator - numerator;
        expect((difference < 0n ? -difference : difference) * 2n).toBeLessThanOrEqual(denominator);
      }),
    );
  });
});

describe("formatting", () => {
  it.each([
    [usd(1n, 3n), 12, "0.333333333333"],
    [usd(2n, 3n), 12, "0.666666666667"],
    [usd(-1n, 3n), 2, "-0.33"],
    [usd(-1n, 1000n), 2, "0.00"],
    [usd(1094n, 10n), 2, "109.40"],
    [usd(5n, 10n), 0, "0"],
    [zeroUsd, 12, "0.000000000000"],
  ])("case %#", (amount, decimals, text) => expect(formatUsd(amount, decimals)).toBe(text));

  it("gives back what was parsed", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 999_999_999 }), (whole, fraction) => {
        const text = `${whole}.${String(fraction).padStart(9, "0")}`;
        expect(formatUsd(parseUsd(text), 9)).toBe(text);
      }),
    );
  });
  it.each(["", "1.", ".5", "-1", "1e3", "0x1", " 1"])("refuses %j", (text) =>
    expect(() => parseUsd(text)).toThrow(SyntaxError),
  );
});

describe("sums", () => {
  it("do not depend on order or grouping", () => {
    fc.assert(
      fc.property(fc.array(anyUsd, { maxLength: 12 }), (parts) => {
        const forward = sumUsd(parts);
        expect(compareUsd(sumUsd(parts.toReversed()), forward)).toBe(0);
        expect(compareUsd(parts.reduce(addUsd, zeroUsd), forward)).toBe(0);
      }),
    );
  });
  it("undo themselves by subtraction", () => {
    fc.assert(
      fc.property(anyUsd, anyUsd, (a, b) => {
        expect(compareUsd(subtractUsd(addUsd(a, b), b), a)).toBe(0);
      }),
    );
  });
  it("refuse a denominator that is not above zero", () => expect(() => usd(1n, 0n)).toThrow(RangeError));
  it("become a float only as the nearest one to 15 decimals", () => expect(usdToNumber(usd(1n, 8n))).toBe(0.125));
});
