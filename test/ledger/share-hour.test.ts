import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { instant, plusMs } from "../../core/kernel/instant.ts";
import type { Charge } from "../../core/ledger/charge.ts";
import { type AliveSpan, hoursAlive, shareHour } from "../../core/ledger/share-hour.ts";
import { priceLists } from "./account-fixtures.ts";

const hourAt = instant(Date.parse("2026-01-01T09:00:00Z"));
const at = (minutes: number) => plusMs(hourAt, minutes * 60_000);

const span = fc.record({ from: fc.integer({ min: -90, max: 90 }), lasts: fc.option(fc.integer({ min: 0, max: 90 })) });
const spans = fc.array(span, { minLength: 1, maxLength: 12 }).map((list) =>
  list.map(({ from, lasts }, i) => ({
    name: `s${i}`,
    from: at(from),
    until: lasts === null ? null : at(from + lasts),
  })),
);
const measured = fc.record({
  hourAt: fc.constant(hourAt),
  vcpuNs: fc.bigInt({ min: 0n, max: 10n ** 16n }),
  byteMs: fc.bigInt({ min: 0n, max: 10n ** 20n }),
});
const prices = fc.constantFrom(...Object.values(priceLists));
const sum = (charges: readonly Charge[], part: "vcpuNs" | "byteMs"): bigint =>
  charges.reduce((total, charge) => total + charge[part], 0n);

describe("a shared hour", () => {
  it("gives out exactly what was measured, whatever the prices", () => {
    fc.assert(
      fc.property(measured, spans, prices, (total, alive, periods) => {
        const charges = [...shareHour(total, alive, periods).values()].flat();
        fc.pre(charges.length > 0);
        expect(sum(charges, "vcpuNs")).toBe(total.vcpuNs);
        expect(sum(charges, "byteMs")).toBe(total.byteMs);
      }),
    );
  });

  it("gives each the same share, in whatever order it is asked, and whether a life that outlasts it has ended or not", () => {
    fc.assert(
      fc.property(measured, spans, prices, fc.integer({ min: 0, max: 500 }), (total, alive, periods, more) => {
        const later = alive.map((it) => ({ ...it, until: it.until ?? at(60 + more) })).toReversed();
        const shares = shareHour(total, alive, periods);
        expect(Object.fromEntries(shareHour(total, later, periods))).toEqual(Object.fromEntries(shares));
      }),
    );
  });

  it("says how long each was alive within it", () => {
    const alive: readonly AliveSpan[] = [
      { name: "before", from: at(-30), until: at(0) },
      { name: "into", from: at(-30), until: at(20) },
      { name: "within", from: at(30), until: at(40) },
      { name: "beyond", from: at(50), until: null },
      { name: "after", from: at(60), until: null },
    ];
    const shares = shareHour({ hourAt, vcpuNs: 400n, byteMs: 4n }, alive, priceLists.none);
    expect([...shares].map(([name, charges]) => [name, charges[0]?.meteredMs, charges[0]?.vcpuNs])).toEqual([
      ["into", 1_200_000, 200n],
      ["within", 600_000, 100n],
      ["beyond", 600_000, 100n],
    ]);
  });

  it("is charged at the price of the time alive: as unpriced before the first, and by both where one follows another", () => {
    const priceAt = priceLists.fromTheMiddle[0]?.startsAt ?? hourAt;
    const alive = [{ name: "s", from: plusMs(priceAt, -10_000), until: plusMs(priceAt, 20_000) }];
    const charges = shareHour({ hourAt, vcpuNs: 300n, byteMs: 30n }, alive, priceLists.fromTheMiddle).get("s");
    expect(charges?.map(({ priceStartsAt, meteredMs, vcpuNs }) => [priceStartsAt, meteredMs, vcpuNs])).toEqual([
      [null, 10_000, 100n],
      [priceAt, 20_000, 200n],
    ]);
  });

  const uses = fc.array(
    fc.record({ vcpuNs: fc.bigInt({ min: 0n, max: 10n ** 16n }), byteMs: fc.bigInt({ min: 0n, max: 10n ** 20n }) }),
    { maxLength: 6 },
  );

  it("gives out what sessions with records have left of it: with what they used, exactly what was measured", () => {
    fc.assert(
      fc.property(measured, spans, prices, uses, fc.boolean(), (left, alive, periods, used, isRegistered) => {
        // Some of them are known to have been alive, others by their records alone.
        const names = used.map((_, index) => (isRegistered ? `s${index}` : `r${index}`));
        const recorded = new Map(used.map((use, index) => [names[index] ?? "", use]));
        const all = (part: "vcpuNs" | "byteMs"): bigint => used.reduce((total, use) => total + use[part], 0n);
        const total = { hourAt, vcpuNs: left.vcpuNs + all("vcpuNs"), byteMs: left.byteMs + all("byteMs") };
        const shares = shareHour(total, alive, periods, recorded);
        expect([...shares.keys()].filter((name) => recorded.has(name))).toEqual([]);
        const charges = [...shares.values()].flat();
        fc.pre(charges.length > 0);
        expect(sum(charges, "vcpuNs") + all("vcpuNs")).toBe(total.vcpuNs);
        expect(sum(charges, "byteMs") + all("byteMs")).toBe(total.byteMs);
      }),
    );
  });

  it.each([
    [-1n, 1n],
    [0n, 0n],
    [1n, 0n],
  ])("leaves nothing where records say as much as was measured, or more: %s", (more, left) => {
    const recorded = new Map([["a", { vcpuNs: 100n + more, byteMs: 100n + more }]]);
    const alive = [{ name: "b", from: at(0), until: at(10) }];
    const [charge] =
      shareHour({ hourAt, vcpuNs: 100n, byteMs: 100n }, alive, priceLists.newRule, recorded).get("b") ?? [];
    expect([charge?.vcpuNs, charge?.byteMs]).toEqual([left, left]);
  });

  it("is nobody's where nobody was alive", () => {
    expect(shareHour({ hourAt, vcpuNs: 1n, byteMs: 1n }, [], priceLists.newRule).size).toBe(0);
  });
});

describe("the hours of a life", () => {
  it.each([
    [0, 0, []],
    [0, 1, [0]],
    [59, 60, [0]],
    [59, 61, [0, 60]],
    [60, 60, []],
    [-1, 121, [-60, 0, 60, 120]],
    [5, 3, []],
    [5, 5, []],
  ])("from minute %d to %d are %j", (from, until, hours) => {
    expect(hoursAlive({ from: at(from), until: at(until) })).toEqual(hours.map(at));
  });
});
