import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compareUsd, usd, zeroUsd } from "../../core/kernel/money.ts";
import { compare, isWithinBand } from "../../core/reconcile/compare.ts";
import { amount, band, text } from "./amounts.ts";

interface Given {
  readonly billed: string;
  readonly rated: string | null;
  readonly allocated?: string;
  /** Dollars of either side; as much as the hours where it is not told. */
  readonly worth?: readonly [billed: string, ours: string | null];
  readonly days?: number;
  readonly pct?: string;
}

function compared({ billed, rated, allocated = "0", worth = [billed, rated], days = 1, pct = "2" }: Given) {
  const ours = rated === null ? null : amount(rated);
  const [billedUsd, ownUsd] = worth;
  return compare(
    { billed: amount(billed), rated: ours, logged: ours, allocated: rated === null ? null : amount(allocated) },
    { billed: amount(billedUsd), ours: ownUsd === null ? null : amount(ownUsd) },
    band(pct),
    days,
  );
}

describe("a comparison", () => {
  it.each([
    ["97.999999999999", "outside"],
    ["98", "inside"],
    ["98.000000000001", "inside"],
    ["100", "inside"],
    ["101.999999999999", "inside"],
    ["102", "inside"],
    ["102.000000000001", "outside"],
    ["0", "outside"],
    ["-1", "outside"],
  ])("of %s billed with 100 metered is %s of a band of 2 %%", (billed, state) => {
    expect(compared({ billed, rated: "100" }).state).toBe(state);
  });

  it.each([
    ["99.999999999999", "outside"],
    ["100", "inside"],
    ["100.000000000001", "outside"],
  ])("of %s billed with 100 metered is %s of no band at all", (billed, state) => {
    expect(compared({ billed, rated: "100", pct: "0" }).state).toBe(state);
  });

  it.each([
    [1, "0.009999999999", "too-small"],
    [1, "0.01", "outside"],
    [1, "0.010000000001", "outside"],
    [3, "0.029999999999", "too-small"],
    [3, "0.03", "outside"],
    [3, "0.030000000001", "outside"],
    [0, "0.009999999999", "too-small"],
    [0, "0.01", "outside"],
  ])("of %i days on which one side is worth %s and the other nothing is %s", (days, worth, state) => {
    expect(compared({ billed: "5", rated: "1", worth: [worth, "0"], days }).state).toBe(state);
    expect(compared({ billed: "1", rated: "5", worth: ["0", worth], days }).state).toBe(state);
  });

  it.each<[string, Given, string]>([
    ["nothing with nothing", { billed: "0", rated: "0", worth: ["9", "9"] }, "too-small"],
    ["something billed with nothing metered", { billed: "1", rated: "0" }, "outside"],
    ["something metered with nothing billed", { billed: "0", rated: "1" }, "outside"],
    ["dollars that have no price", { billed: "1", rated: null }, "unpriced"],
    [
      "hours without a price that are billed as little",
      { billed: "2", rated: "1", worth: ["0.001", null] },
      "too-small",
    ],
    ["hours without a price of which nothing is billed", { billed: "0", rated: "1", worth: ["0", null] }, "outside"],
    ["what was rated and shared out together", { billed: "100", rated: "60", allocated: "40" }, "inside"],
  ])("of %s", (_, given, state) => {
    expect(compared(given).state).toBe(state);
  });

  it("has no ratio where there is nothing to divide by, and no difference where there is no price", () => {
    expect(compared({ billed: "1", rated: "0" })).toMatchObject({ ratio: null, loggedRatio: null });
    expect(compared({ billed: "1", rated: null })).toMatchObject({ ratio: null, loggedRatio: null, difference: null });
    const { ratio, difference } = compared({ billed: "1", rated: "3", allocated: "1" });
    expect([text(ratio), text(difference)]).toEqual(["0.250000", "-3.000000"]);
  });
});

const anyAmount = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.bigInt({ min: 1n, max: 10n ** 12n }))
  .map(([numerator, denominator]) => usd(numerator, denominator));

describe("any amounts", () => {
  it("have a ratio of exactly 1, and are inside of any band, where billed is what was metered", () => {
    fc.assert(
      fc.property(anyAmount, fc.constantFrom("0", "0.5", "2", "100"), (of, pct) => {
        const sides = { billed: of, rated: of, logged: of, allocated: zeroUsd };
        const found = compare(sides, { billed: amount("1"), ours: amount("1") }, band(pct), 1);
        expect(found.state).toBe("inside");
        for (const ratio of [found.ratio, found.loggedRatio]) {
          expect(ratio === null ? null : compareUsd(ratio, amount("1"))).toBe(0);
        }
      }),
    );
  });

  it("that are within a band are within any wider one, however both are scaled", () => {
    fc.assert(
      fc.property(anyAmount, anyAmount, fc.bigInt({ min: 1n, max: 10n ** 9n }), (difference, of, scale) => {
        const scaled = ({ numerator, denominator }: typeof of) => usd(numerator * scale, denominator);
        const isWithin = isWithinBand(difference, of, band("2"));
        expect(isWithinBand(scaled(difference), scaled(of), band("2"))).toBe(isWithin);
        if (isWithin) expect(isWithinBand(difference, of, band("3"))).toBe(true);
      }),
    );
  });
});
