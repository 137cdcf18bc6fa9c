import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import type { BillingRule } from "../../core/billing/price-row.ts";
import type { CpuEvidence } from "../../core/cleanup/evidence/evidence.ts";
import { type KnownPeak, type SavingsInput, savingOf, savingsOf } from "../../core/cleanup/savings/savings.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { addUsd, compareUsd, formatUsd, parseUsd, subtractUsd, type Usd } from "../../core/kernel/money.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { done, intended, minutes } from "../stop-records/records.ts";

const gib = 1_073_741_824;
const peak = (bytes: number) => (): KnownPeak => ({ bytes, isWhole: true });
const peakSoFar = (bytes: number) => (): KnownPeak => ({ bytes, isWhole: false });
const input = (change: Partial<SavingsInput> = {}, rule?: BillingRule): SavingsInput => ({
  prices: priceBookOf(codeInterpreterPrices, rule),
  gb: "binary",
  memoryGb: 8,
  peakOf: () => null,
  ...change,
});

interface Shape {
  readonly id?: string;
  /** Minutes after noon; all were begun two hours before it. */
  readonly at?: number;
  readonly timeoutHours?: number | null;
  readonly memoryBytes?: number | null;
  readonly state?: StopRecord["state"];
  readonly regionName?: string;
  readonly tookMs?: number;
}
const stop = ({
  id = "a",
  at = 0,
  timeoutHours = 8,
  memoryBytes = gib,
  state = "stopped",
  ...rest
}: Shape = {}): StopRecord => {
  const record = intended(id, at);
  const cpu = { ...(record.entry.evidence.cpu as CpuEvidence), memoryBytes };
  const entry = {
    ...record.entry,
    timeoutSeconds: timeoutHours === null ? null : timeoutHours * 3600,
    evidence: { ...record.entry.evidence, cpu },
  };
  const key = { ...record.key, region: region(rest.regionName ?? record.key.region) };
  const made = { ...record, key, entry };
  if (state === "intended") return made;
  return { ...done(made, state), decidedAt: instant(made.intendedAt + (rest.tookMs ?? 0)) };
};
const texts = (bounds: { low: Usd; high: Usd } | null | undefined) =>
  bounds == null ? bounds : [formatUsd(bounds.low), formatUsd(bounds.high)];
const savedBy = (shape: Shape, change: Partial<SavingsInput> = {}, rule?: BillingRule) =>
  texts(savingOf(stop(shape), input(change, rule))?.usd);

describe("what a stop saved", () => {
  it.each([
    // An hour of a GB is $0.00945; six hours were left of eight.
    ["the time left at its peak", {}, { peakOf: peak(gib) }, ["0.056700000000", "0.056700000000"]],
    ["up to all memory, where its peak is not known", {}, {}, ["0.056700000000", "0.453600000000"]],
    ["from the floor, where no level is known", { memoryBytes: null }, {}, ["0.007087500000", "0.453600000000"]],
    ["at the floor at least", { memoryBytes: 1 }, { peakOf: peak(1) }, ["0.007087500000", "0.007087500000"]],
    ["at its peak, not at its last level", {}, { peakOf: peak(2 * gib) }, ["0.113400000000", "0.113400000000"]],
    [
      "from its peak so far, where records are missing",
      {},
      { peakOf: peakSoFar(2 * gib) },
      ["0.113400000000", "0.453600000000"],
    ],
    [
      "from its last level, where its peak so far is lower",
      {},
      { peakOf: peakSoFar(1) },
      ["0.056700000000", "0.453600000000"],
    ],
    ["nothing at its time limit", { at: 360 }, { peakOf: peak(gib) }, ["0.000000000000", "0.000000000000"]],
    ["nothing after its time limit", { at: 361 }, { peakOf: peak(gib) }, ["0.000000000000", "0.000000000000"]],
  ] as const)("is %s", (_, shape, change, expected) => {
    expect(savedBy(shape, change)).toEqual(expected);
  });

  it("is at its last level by a rule that goes by seconds", () => {
    expect(savedBy({}, { peakOf: peak(4 * gib) }, "2025-10")).toEqual(["0.056700000000", "0.056700000000"]);
    expect(savedBy({ memoryBytes: null }, {}, "2025-10")).toEqual(["0.007087500000", "0.453600000000"]);
    expect(savedBy({}, { peakOf: peakSoFar(4 * gib) }, "2025-10")).toEqual(["0.056700000000", "0.056700000000"]);
  });

  it("lies between a session that went as the stop was sent and one that went as that was found out", () => {
    expect(savedBy({ tookMs: 60_000 }, { peakOf: peak(gib) })).toEqual(["0.056542500000", "0.056700000000"]);
  });

  it("is that of its intent where a clock was set back before its outcome was written", () => {
    const found = savingOf(stop({ tookMs: -60_000 }), input({ peakOf: peak(gib) }));
    expect(texts(found?.usd)).toEqual(["0.056700000000", "0.056700000000"]);
    expect(found).toMatchObject({ stoppedAt: minutes(0), freedMs: 6 * 3_600_000 });
  });

  it.each([
    [600_000 - 1, "0.055125002625", 6 * 3_600_000 - 599_999],
    [600_000, "0.000000000000", 0],
    [3_600_000, "0.000000000000", 0],
  ])(
    "is maybe nothing where a later pass found it gone, after %i ms: nobody saw what ended it",
    (tookMs, low, freedMs) => {
      expect(savedBy({ tookMs }, { peakOf: peak(gib) })).toEqual([low, "0.056700000000"]);
      expect(savingOf(stop({ tookMs }), input({ peakOf: peak(gib) }))?.freedMs).toBe(freedMs);
    },
  );

  it.each([
    ["its time limit is not known", { timeoutHours: null }, null],
    ["its Region has no price", { regionName: "mars-east-1" }, 6 * 3_600_000],
  ] as const)("is not known where %s, and never zero", (_, shape, freedMs) => {
    expect(
      savingOf(
        stop(shape),
        input({ prices: priceBookOf(codeInterpreterPrices.filter((row) => row.region === "us-east-1")) }),
      ),
    ).toMatchObject({ usd: null, freedMs });
  });

  it.each(["already-gone", "failed", "abandoned", "intended"] as const)("is none of a stop that is %s", (state) => {
    expect(savingOf(stop({ state }), input())).toBeNull();
  });

  it("is less at a price that falls while it would have lived, exactly", () => {
    const row = codeInterpreterPrices.findLast((each) => each.region === "us-east-1");
    if (row === undefined) throw new Error("no price");
    const half = { ...row, startsAt: minutes(60), usdPerGbHour: "0.004725" };
    const prices = priceBookOf([row, half], "2026-09");
    // One hour at 0.00945 and five at half of it.
    expect(savedBy({}, { prices, peakOf: peak(gib) })).toEqual(["0.033075000000", "0.033075000000"]);
  });
});

describe("what stops saved in all", () => {
  const own = parseUsd("0.01");
  const known = input({ peakOf: peak(gib) });

  it("has regrets and the monitor's own cost taken off, and says what is in none of the sums", () => {
    const stops = [
      stop({ id: "a" }),
      stop({ id: "b" }),
      stop({ id: "c", timeoutHours: null }),
      stop({ id: "d", state: "failed" }),
      stop({ id: "e", state: "intended" }),
    ];
    const regretted = new Set([stops[1]?.id ?? ""]);
    const { gross, regrets, kept, net, chosen: _, ...counts } = savingsOf(stops, known, regretted, own);
    expect(counts).toEqual({
      ...{ stops: 3, pending: 1, unknown: 1, regretted: 1 },
      ...{ freedMs: 6 * 3_600_000, withoutTimeLimit: 1 },
    });
    expect(texts(kept)).toEqual(["0.056700000000", "0.056700000000"]);
    expect(texts(gross)).toEqual(["0.113400000000", "0.113400000000"]);
    expect(texts(regrets)).toEqual(["0.056700000000", "0.056700000000"]);
    expect(texts(net)).toEqual(["0.046700000000", "0.046700000000"]);
  });

  it("has what was stopped while it worked apart: somebody chose that, and it was no waste", () => {
    const because = (id: string, reason: "over-age-busy" | "active" | "over-age", regret = false): StopRecord => {
      const record = stop({ id, timeoutHours: regret ? null : 8 });
      return { ...record, entry: { ...record.entry, decision: { ...record.entry.decision, reason } } };
    };
    const stops = [
      because("a", "over-age"),
      because("b", "over-age-busy"),
      because("c", "active"),
      because("d", "over-age-busy", true),
    ];
    const { gross, kept, chosen, ...counts } = savingsOf(stops, known, new Set(["b"]), null);
    expect(counts).toMatchObject({ stops: 1, unknown: 0, regretted: 0, freedMs: 6 * 3_600_000, withoutTimeLimit: 0 });
    expect(texts(gross)).toEqual(["0.056700000000", "0.056700000000"]);
    expect(texts(kept)).toEqual(["0.056700000000", "0.056700000000"]);
    expect(texts(chosen.memory)).toEqual(["0.113400000000", "0.113400000000"]);
    expect(chosen).toMatchObject({ stops: 3, unknown: 1, freedMs: 12 * 3_600_000, withoutTimeLimit: 1 });
  });

  it("may be below zero, and is not known where the monitor's cost is not", () => {
    expect(texts(savingsOf([], known, new Set(), own).net)).toEqual(["-0.010000000000", "-0.010000000000"]);
    expect(savingsOf([stop()], known, new Set(), null).net).toBeNull();
  });

  const anyStop: fc.Arbitrary<Shape> = fc.record({
    id: fc.uuid(),
    at: fc.integer({ min: -60, max: 500 }),
    timeoutHours: fc.option(fc.integer({ min: 1, max: 8 }), { nil: null }),
    memoryBytes: fc.option(fc.integer({ min: 1, max: 8 * gib }), { nil: null }),
    state: fc.constantFrom("stopped", "stopped", "stopped", "failed", "already-gone", "intended"),
    // Below zero where a clock was set back meanwhile.
    tookMs: fc.integer({ min: -200_000, max: 200_000 }),
  });
  const equal = (a: Usd, b: Usd): boolean => compareUsd(a, b) === 0;

  it("is the sum of its parts, whatever they are, and its low bound is never above its high one", () => {
    fc.assert(
      fc.property(fc.array(anyStop, { maxLength: 12 }), fc.nat(12), fc.boolean(), (shapes, cut, knowsPeak) => {
        const stops = shapes.map(stop);
        const settings = input(knowsPeak ? { peakOf: peak(3 * gib) } : {});
        const regretted = new Set(stops.filter((_, index) => index % 3 === 0).map(({ id }) => id));
        const whole = savingsOf(stops, settings, regretted, own);
        const parts = [stops.slice(0, cut), stops.slice(cut)].map((part) => savingsOf(part, settings, regretted, null));
        for (const figure of ["gross", "regrets", "kept"] as const) {
          for (const bound of ["low", "high"] as const) {
            const sum = parts.reduce((total, part) => addUsd(total, part[figure][bound]), parseUsd("0"));
            expect(equal(whole[figure][bound], sum)).toBe(true);
          }
          expect(compareUsd(whole[figure].low, whole[figure].high)).toBeLessThanOrEqual(0);
        }
        for (const bound of ["low", "high"] as const) {
          const net = subtractUsd(subtractUsd(whole.gross[bound], whole.regrets[bound]), own);
          expect(whole.net !== null && equal(whole.net[bound], net)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
