import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate, byteMsOfHours, vcpuNsOfHours } from "../../core/ledger/allocation.ts";

const claims = fc.uniqueArray(
  fc.record({ name: fc.string({ maxLength: 4 }), aliveMs: fc.oneof(fc.constant(0), fc.nat(28_800_000)) }),
  { minLength: 1, maxLength: 30, selector: ({ name }) => name },
);
const total = fc.bigInt({ min: 0n, max: 2n ** 80n });

describe("an allocation", () => {
  it("adds up to the total exactly, and gives each no more than a unit beside its part", () => {
    fc.assert(
      fc.property(total, claims, (sum, list) => {
        const aliveMs = list.reduce((all, claim) => all + BigInt(claim.aliveMs), 0n);
        fc.pre(aliveMs > 0n);
        const shares = allocate(sum, list) ?? [];
        expect(shares.reduce((all, share) => all + share, 0n)).toBe(sum);
        for (const [i, share] of shares.entries()) {
          const off = share * aliveMs - sum * BigInt(list[i]?.aliveMs ?? 0);
          expect(off < aliveMs && -off < aliveMs).toBe(true);
        }
      }),
    );
  });

  it("does not depend on the order of the claims", () => {
    fc.assert(
      fc.property(total, claims, fc.infiniteStream(fc.nat()), (sum, list, random) => {
        const order = new Map(list.map(({ name }) => [name, random.next().value ?? 0]));
        const moved = list.toSorted((a, b) => (order.get(a.name) ?? 0) - (order.get(b.name) ?? 0));
        const named = (of: typeof list): readonly unknown[] =>
          (allocate(sum, of) ?? []).map((share, i) => `${JSON.stringify(of[i]?.name)} ${share}`).sort();
        expect(named(moved)).toEqual(named(list));
      }),
    );
  });

  it.each([
    [10n, [1, 1, 1], [4n, 3n, 3n]],
    [11n, [1, 1, 1], [4n, 4n, 3n]],
    [12n, [1, 1, 1], [4n, 4n, 4n]],
    [10n, [1, 2, 3], [2n, 3n, 5n]],
    [100n, [0, 5, 0], [0n, 100n, 0n]],
    [0n, [3, 4], [0n, 0n]],
    [0n, [0, 0], [0n, 0n]],
    [0n, [], []],
  ])("of %s by largest remainder, then by name (%j)", (sum, alive, expected) => {
    expect(
      allocate(
        sum,
        alive.map((aliveMs, i) => ({ name: `s${i}`, aliveMs })),
      ),
    ).toEqual(expected);
  });

  it("gives the unit left over to the name that comes first, not to the claim that does", () => {
    expect(
      allocate(1n, [
        { name: "b", aliveMs: 1 },
        { name: "a", aliveMs: 1 },
      ]),
    ).toEqual([0n, 1n]);
  });

  it("is unknown where there is something to share and nobody was alive", () => {
    expect(allocate(1n, [{ name: "a", aliveMs: 0 }])).toBeNull();
    expect(allocate(1n, [])).toBeNull();
  });
});

describe("a measured total in integers", () => {
  it.each([
    [0, 0n],
    [1, 3_600_000_000_000n],
    [0.5, 1_800_000_000_000n],
    [0.1, 360_000_000_000n],
    // A quarter of an hour over 2^47: 0.0064 ns and 3.2 ns.
    [0.25 / 2 ** 47, 0n],
    [125 / 2 ** 47, 3n],
    [5e-324, 0n],
    // Above 2^53 a product of doubles would lose its last digit.
    [2600 + 2 ** -40, 9_360_000_000_000_003n],
  ])("has %f vCPU-hours as %s vCPU-nanoseconds", (hours, expected) => {
    expect(vcpuNsOfHours(hours)).toBe(expected);
  });

  it.each([
    [0, 0n],
    [2 ** -44, 220n],
    [1.5, 5_798_205_849_600_000n],
    [1_000_001.5, 2_000_003n * 1_800_000n * 2n ** 30n],
  ])("has %f GB-hours of 2^30 as %s byte-milliseconds", (hours, expected) => {
    expect(byteMsOfHours(hours, "binary")).toBe(expected);
  });

  it("has one GB-hour of 10^9 as 3.6 × 10^15 byte-milliseconds", () => {
    expect(byteMsOfHours(1, "decimal")).toBe(3_600_000_000_000_000n);
  });

  it("rounds a half to the even integer", () => {
    // 2^-13 of an hour is 439 453 125 ns, so 2^-14 and 3 × 2^-14 end in a half.
    expect(vcpuNsOfHours(2 ** -14)).toBe(219_726_562n);
    expect(vcpuNsOfHours(3 * 2 ** -14)).toBe(659_179_688n);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])("refuses %f", (hours) => {
    expect(() => vcpuNsOfHours(hours)).toThrow(RangeError);
  });
});
