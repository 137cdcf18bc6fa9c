import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costWithin, type DatedCost } from "../../core/budget/dated-cost.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { compareUsd, parseUsd, subtractUsd, sumUsd, type Usd, usd } from "../../core/kernel/money.ts";

/** A dollar a second at least, and seven at most. */
const between = (from: Instant, until: Instant) => ({
  low: usd(BigInt(until - from), 1000n),
  high: usd(7n * BigInt(until - from), 1000n),
});
const bounded = (from: number, certain: number, until: number): Extract<DatedCost, { kind: "bounded" }> => ({
  kind: "bounded",
  from: instant(from),
  until: instant(until),
  low: between(instant(from), instant(certain)).low,
  high: between(instant(from), instant(until)).high,
  between,
});
const within = (cost: DatedCost, from: number, until: number) =>
  costWithin(cost, { from: instant(from), until: instant(until) });
const dollars = (amount: Usd | null | undefined): number | null =>
  amount === null || amount === undefined ? null : Number(amount.numerator) / Number(amount.denominator);

describe("a session without a figure, of which a window holds a part", () => {
  it.each([
    ["all of it", 0, 10_000, 4, 70],
    ["its certain beginning", 0, 3000, 0, 21],
    ["more than is uncertain", 0, 8000, 2, 56],
    ["its uncertain end", 4000, 10_000, 0, 42],
    ["a stretch in the middle", 1000, 9000, 2, 56],
  ])("%s", (_, from, until, low, high) => {
    const spend = within(bounded(0, 4000, 10_000), from, until);
    expect([dollars(spend?.low), dollars(spend?.high), spend?.unknownSessions]).toEqual([low, high, 1]);
  });

  it.each([
    [-1, false],
    [0, false],
    [1, true],
  ])("is of it where it lives in it: window's end %i ms after the start of the life", (ms, isIn) =>
    expect(within(bounded(1000, 2000, 3000), 0, 1000 + ms) !== null).toBe(isIn),
  );

  it.each([
    [-1, true],
    [0, false],
    [1, false],
  ])("is of it where it lives in it: window's start %i ms after the end of the life", (ms, isIn) =>
    expect(within(bounded(1000, 2000, 3000), 3000 + ms, 9000) !== null).toBe(isIn),
  );

  it("has no upper bound where the whole has none, and never a low one above it", () => {
    const unpriced = { ...bounded(0, 4000, 10_000), low: null, high: null, between: () => ({ low: null, high: null }) };
    for (const until of [5000, 10_000]) {
      const spend = within(unpriced, 0, until);
      expect([dollars(spend?.low), spend?.high]).toEqual([0, null]);
    }
  });

  it("is never certain of more, nor bounded by less, in all windows together than in one", () => {
    const instants = fc.uniqueArray(fc.integer({ min: 0, max: 20_000 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(instants, fc.uniqueArray(fc.integer({ min: -5, max: 20_005 }), { maxLength: 5 }), (life, cuts) => {
        const [from = 0, certain = 0, until = 0] = life.toSorted((a, b) => a - b);
        const cost = bounded(from, certain, until);
        const edges = [-10, ...cuts.toSorted((a, b) => a - b), 20_010];
        const parts = edges.slice(1).flatMap((edge, index) => within(cost, edges[index] ?? 0, edge) ?? []);
        const whole = within(cost, -10, 20_010);
        expect(compareUsd(sumUsd(parts.map(({ low }) => low)), whole?.low ?? parseUsd("0"))).toBeLessThanOrEqual(0);
        const high = sumUsd(parts.flatMap((part) => part.high ?? []));
        expect(dollars(subtractUsd(high, whole?.high ?? parseUsd("0")))).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
