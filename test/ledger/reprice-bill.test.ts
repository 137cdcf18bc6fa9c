import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { periodsOf, priceBookOf } from "../../core/billing/price-book.ts";
import { region } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { periodsWithin, repricedBill } from "../../core/ledger/reprice-bill.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";

const rowAt = (startsAt: Instant) => ({
  region: region("us-east-1"),
  startsAt,
  usdPerVcpuHour: "1",
  usdPerGbHour: "1",
  rule: "2026-09" as const,
});
const periodsFrom = (...starts: readonly Instant[]) =>
  periodsOf(priceBookOf(starts.map((at) => rowAt(at))), region("us-east-1"));

describe("the prices in force within an hour", () => {
  it.each([
    [-1000, [0]],
    [0, [0]],
    [1000, [null, 0]],
    [3_599_000, [null, 0]],
    [3_600_000, [null]],
  ])("of a book that begins %d ms after its start are %j", (ms, expected) => {
    const found = periodsWithin(periodsFrom(plusMs(hours(0), ms)), hours(0));
    expect(found.map((period) => (period === null ? null : 0))).toEqual(expected);
  });

  it.each([
    [0, 1],
    [1000, 2],
    [3_599_000, 2],
    [3_600_000, 1],
  ])("are two where the next begins %d ms after its start, and one at its edges: %d", (ms, count) => {
    expect(periodsWithin(periodsFrom(hours(-9), plusMs(hours(0), ms)), hours(0))).toHaveLength(count);
  });
});

describe("a bill at other prices", () => {
  const two = bill("a", {
    charges: [
      charge({ hourAt: hours(0), priceStartsAt: hours(-9) }),
      charge({ hourAt: hours(1), priceStartsAt: hours(-9) }),
    ],
  });

  it("takes in each hour the price that is in force", () => {
    const repriced = repricedBill(two, periodsFrom(hours(-9), hours(1)));
    expect(repriced?.charges.map(({ priceStartsAt }) => priceStartsAt)).toEqual([hours(-9), hours(1)]);
    expect(repricedBill(two, [])?.charges.map(({ priceStartsAt }) => priceStartsAt)).toEqual([null, null]);
  });

  it("is not known where a price begins within an hour that was not cut there", () => {
    const within = plusMs(hours(1), 1000);
    expect(repricedBill(two, periodsFrom(hours(-8), within))).toBeNull();
    const cut = bill("a", {
      charges: [
        charge({ hourAt: hours(1), priceStartsAt: hours(-9) }),
        charge({ hourAt: hours(1), priceStartsAt: within }),
      ],
    });
    expect(repricedBill(cut, periodsFrom(hours(-9), within))).toEqual(cut);
  });

  it("has as much usage as before, and the same when it is done again", () => {
    const anyHour = fc.integer({ min: 0, max: 5 });
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(anyHour, fc.integer({ min: -9, max: 5 })), { selector: String, maxLength: 6 }),
        fc.uniqueArray(fc.integer({ min: -9, max: 6 }), { minLength: 1, maxLength: 4 }),
        (cuts, starts) => {
          const charges = cuts.map(([hour, price]) => charge({ hourAt: hours(hour), priceStartsAt: hours(price) }));
          const periods = periodsFrom(...starts.map(hours));
          const before = bill("a", { charges });
          const after = repricedBill(before, periods);
          if (after === null) throw new Error("prices begin with hours");
          for (const part of ["vcpuNs", "byteMs", "idleByteMs", "loggedByteMs", "peakTaxByteMs"] as const) {
            const sum = (of: typeof before) => of.charges.reduce((total, it) => total + it[part], 0n);
            expect(sum(after)).toBe(sum(before));
          }
          expect(repricedBill(after, periods)).toEqual(after);
        },
      ),
    );
  });
});
