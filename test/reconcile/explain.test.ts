import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { compareUsd, subtractUsd, sumUsd, zeroUsd } from "../../core/kernel/money.ts";
import type { PlaceComparison } from "../../core/reconcile/reconciliation.ts";
import { band, text } from "./amounts.ts";
import { billedOn, day, hourMs, type OwnSession, placeOf, used } from "./own.ts";

/** A session on the day before, so that recording did not begin on the one that is looked at. */
const before = used(day(1), 1000, 1000);
const billedBefore = billedOn(day(1), 1000, 1000);
const reasons = ({ explanations }: PlaceComparison) => explanations.map(({ reason }) => reason);
const lived = (hours: number): OwnSession => ({ lived: [day(2), plusMs(day(2), hours * hourMs)] });

describe("a difference", () => {
  it("is not explained by nothing, however near to the band it is", () => {
    const place = placeOf([before, used(day(2), 9000, 0)], [...billedBefore, ...billedOn(day(2), 9201, 0)]);
    expect(place.vcpuHours.state).toBe("outside");
    expect(place).toMatchObject({ state: "outside", isExplained: false, explanations: [] });
    expect(text(place.rest.vcpuHours)).toBe("0.201000");
  });

  it.each([
    ["-0.000011", ["price"]],
    ["-0.00001", []],
    ["-0.000009", []],
    ["0", []],
    ["0.000009", []],
    ["0.00001", []],
    ["0.000011", ["price"]],
  ])("in price of %s of what is billed is explained by %j", (part, found) => {
    // Billed is 1 more than the book by `part` of itself: the factor is 1 / (1 - part).
    const [, digits = "0"] = /^-?([\d.]+)$/.exec(part) ?? [];
    const millionths = Math.round(Number(digits) * 1e6) * (part.startsWith("-") ? -1 : 1);
    const lines = billedOn(day(2), 1000, 1000).map((line) => ({
      ...line,
      usd: { numerator: line.usd.numerator * 1_000_000n, denominator: line.usd.denominator * BigInt(1e6 - millionths) },
    }));
    expect(reasons(placeOf([before, used(day(2), 1000, 1000)], lines))).toEqual(found);
  });

  it("in dollars alone is a price, with the one that is billed beside the one of the book", () => {
    const lines = [billedOn(day(1), 1000, 1000, "0.8"), billedOn(day(2), 1000, 3000, "0.8")].flat();
    const place = placeOf([before, used(day(2), 1000, 3000)], lines);
    expect([place.vcpuHours.state, place.gbHours.state, place.usd.state]).toEqual(["inside", "inside", "outside"]);
    expect(place).toMatchObject({ state: "outside", isExplained: true });
    expect(reasons(place)).toEqual(["price"]);
    expect([text(place.prices.vcpuHour.book), text(place.prices.vcpuHour.billed)]).toEqual(["0.089500", "0.071600"]);
    expect(text(place.explanations[0]?.high?.usd ?? null)).toBe("-0.043360");
  });

  it.each([
    // Two vCPU and 8 GB an hour; the band is of what was metered and explained together.
    ["within what a session without a figure can have used", [lived(1)], 2000, 8000, true],
    ["at the band beyond it", [lived(1)], 2080, 8000, true],
    ["above the band beyond it", [lived(1)], 2081, 8000, false],
    ["beyond it in memory", [lived(1)], 2000, 8221, false],
  ])("%s: explained or not", (_, sessions, vcpu, gb, isExplained) => {
    const rated = used(day(2), 1000, 2000);
    const lines = [...billedBefore, ...billedOn(day(2), 1000 + vcpu, 2000 + gb)];
    const place = placeOf([before, rated, ...sessions], lines);
    expect(reasons(place)).toEqual(["sessions-without-figure"]);
    expect(place.isExplained).toBe(isExplained);
  });

  it.each([
    ["less", -500, -500, []],
    ["less, but for what is within the band", -500, 20, []],
    ["as much", 0, 0, []],
    ["more of one and less of the other", -500, 500, ["sessions-without-figure", "gaps", "recording-began"]],
    ["more", 500, 500, ["sessions-without-figure", "gaps", "recording-began"]],
  ])("is not explained by what only adds to the bill where %s is billed than metered", (_, vcpu, gb, found) => {
    const rated = { ...used(day(2), 1000, 2000), gapMs: hourMs, peakBytes: 2 ** 30 };
    const place = placeOf([rated, lived(1)], billedOn(day(2), 1000 + vcpu, 2000 + gb));
    expect(reasons(place)).toEqual(found);
  });

  it("is explained by sessions without a figure also where a lower price makes dollars less", () => {
    const lines = [...billedOn(day(1), 1000, 1000, "0.5"), ...billedOn(day(2), 1500, 3000, "0.5")];
    const place = placeOf([before, used(day(2), 1000, 2000), lived(1)], lines);
    expect(reasons(place)).toEqual(["price", "sessions-without-figure"]);
    expect(place.isExplained).toBe(true);
  });

  it("where less is billed is none of records that came late and are in no figure", () => {
    const late = { ...used(day(2), 1000, 1000), lateUnverifiable: 4 };
    expect(reasons(placeOf([before, late], [...billedBefore, ...billedOn(day(2), 500, 500)]))).toEqual([]);
    expect(reasons(placeOf([before, late], [...billedBefore, ...billedOn(day(2), 1500, 1500)]))).toEqual([
      "late-records",
    ]);
  });

  it("can come of stretches without records, at the peak of their session", () => {
    const gap = { ...used(day(2), 1000, 1000), gapMs: hourMs, peakBytes: 2 ** 30 };
    const place = placeOf([before, gap], [...billedBefore, ...billedOn(day(2), 1500, 2000)]);
    expect(reasons(place)).toEqual(["gaps"]);
    expect(text(place.explanations[0]?.high?.gbHours ?? null)).toBe("1.000000");
    expect(place.isExplained).toBe(true);
  });

  it("on the first day of recording may be what came before it, but for the first of the window", () => {
    const more = (count: number) => placeOf([used(day(count), 1000, 1000)], billedOn(day(count), 3000, 3000));
    expect(more(2)).toMatchObject({ isExplained: true });
    expect(reasons(more(2))).toEqual(["recording-began"]);
    // Whether it had begun before the window is not known.
    expect(more(0)).toMatchObject({ isExplained: false, explanations: [] });
  });

  it("is not called explained by what nobody knows the size of", () => {
    const odd = { ...used(day(2), 1000, 1000), approximate: "volume", final: false, lateUnverifiable: 4 };
    const place = placeOf([before, odd], [...billedBefore, ...billedOn(day(2), 2000, 2000)]);
    const unknown = { low: null, high: null };
    expect(place.explanations).toEqual([
      { reason: "approximate", count: 1, ...unknown },
      { reason: "provisional", count: 1, ...unknown },
      { reason: "late-records", count: 4, ...unknown },
    ]);
    expect(place.isExplained).toBe(false);
  });
});

const anyDay = fc.record({
  rated: fc.integer({ min: 0, max: 5000 }),
  ratedGb: fc.integer({ min: 0, max: 5000 }),
  billed: fc.integer({ min: 0, max: 9000 }),
  billedGb: fc.integer({ min: 0, max: 9000 }),
  livedHours: fc.integer({ min: 0, max: 3 }),
  gapMs: fc.constantFrom(0, 1, 600_000),
});
const anyPlace = fc
  .tuple(fc.array(anyDay, { minLength: 1, maxLength: 5 }), fc.constantFrom("1", "0.9", "1.1"))
  .map(([days, factor]) =>
    placeOf(
      [
        before,
        ...days.flatMap(({ rated, ratedGb, livedHours, gapMs }, index) => [
          { ...used(day(index + 2), rated, ratedGb), gapMs, peakBytes: 2 ** 30 },
          ...(livedHours === 0
            ? []
            : [{ lived: [day(index + 2), plusMs(day(index + 2), livedHours * hourMs)] as const }]),
        ]),
      ],
      [
        ...billedBefore,
        ...days.flatMap(({ billed, billedGb }, index) => billedOn(day(index + 2), billed, billedGb, factor)),
      ],
    ),
  );
const kinds = ["vcpuHours", "gbHours", "usd"] as const;

describe("any place", () => {
  it("has explanations that never exceed: what is left is between nothing and the difference", () => {
    fc.assert(
      fc.property(anyPlace, (place) => {
        for (const kind of kinds) {
          const [difference, rest] = [place[kind].difference, place.rest[kind]];
          if (difference === null || rest === null) throw new Error("all of it has a price");
          const highs = sumUsd(place.explanations.map(({ high }) => high?.[kind] ?? zeroUsd));
          const lows = sumUsd(place.explanations.map(({ low }) => low?.[kind] ?? zeroUsd));
          const explained = subtractUsd(difference, rest);
          expect(compareUsd(explained, highs)).toBeLessThanOrEqual(0);
          expect(compareUsd(explained, lows)).toBeGreaterThanOrEqual(0);
          // Nearer than either end of what is possible, nothing is.
          const isInside = compareUsd(difference, lows) >= 0 && compareUsd(difference, highs) <= 0;
          expect(compareUsd(rest, zeroUsd) === 0).toBe(isInside);
        }
      }),
    );
  });

  it("is what its days add up to", () => {
    fc.assert(
      fc.property(anyPlace, (place) => {
        expect(place.comparedDays).toBe(place.days.length);
        for (const kind of kinds) {
          for (const side of ["billed", "rated", "logged", "allocated", "difference"] as const) {
            const parts = sumUsd(place.days.map((it) => it[kind][side] ?? zeroUsd));
            expect(compareUsd(parts, place[kind][side] ?? zeroUsd)).toBe(0);
          }
        }
      }),
    );
  });

  it("is inside of any band, with a ratio of 1, where all was billed as it was rated", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9000 }), fc.integer({ min: 0, max: 9000 })), {
          minLength: 1,
          maxLength: 5,
        }),
        (days) => {
          const sessions = days.map(([vcpu, gb], index) => used(day(index), vcpu + 1000, gb + 1000));
          const lines = days.flatMap(([vcpu, gb], index) => billedOn(day(index), vcpu + 1000, gb + 1000));
          const place = placeOf(sessions, lines, { band: band("0") });
          expect(place).toMatchObject({ state: "inside", explanations: [] });
          for (const kind of kinds) expect(text(place[kind].ratio, 12)).toBe("1.000000000000");
        },
      ),
    );
  });
});
