import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { memoryLedger } from "../../adapters/memory/ledger.ts";
import { memoryStopRecords } from "../../adapters/memory/stop-records.ts";
import { savingsJson } from "../../cli/savings/savings-json.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { formatUsd, parseUsd } from "../../core/kernel/money.ts";
import { keptStopMs, type StopRecord } from "../../core/ports/stops.ts";
import { savingsDimensions, savingsReport } from "../../core/reporting/savings-report.ts";
import { historyIn } from "../history/fixture.ts";
import { done, here, intended, minutes, there } from "../stop-records/records.ts";
import { never, savingsIn, wholeBill } from "./report-world.ts";

const gib = 1_073_741_824;
const pico = (text: string): bigint => BigInt(text.replace(".", ""));
const stopped = (session: string, at = 0, target = here): StopRecord =>
  done(intended(session, at, {}, target), "stopped");

const anyStop = fc.record({
  at: fc.integer({ min: -60, max: 600 }),
  policy: fc.constantFrom("usual", "notebooks"),
  tool: fc.constantFrom("tool-VbMl9Hi8I4", "etl-OrIo2SvZEC"),
  target: fc.constantFrom(here, there),
  timeoutSeconds: fc.constantFrom(28_800, 28_800, 28_801, 12_345, null),
  state: fc.constantFrom("stopped" as const, "stopped" as const, "already-gone" as const, "intended" as const),
  byHand: fc.boolean(),
  isRegretted: fc.boolean(),
  peakBytes: fc.option(fc.integer({ min: 1, max: 8 * gib })),
});

const madeOf = (shape: typeof anyStop extends fc.Arbitrary<infer T> ? T : never, index: number): StopRecord => {
  const override = shape.byHand ? { by: "ada", reason: "why", protection: null } : null;
  const record = intended(`s${index}`, shape.at, { override }, shape.target);
  const key = { ...record.key, interpreter: interpreterId(shape.tool) };
  const entry = { ...record.entry, key, policy: { id: shape.policy, hash: "h" }, timeoutSeconds: shape.timeoutSeconds };
  const made = { ...record, key, entry };
  return shape.state === "intended" ? made : done(made, shape.state);
};

describe("savings by group", () => {
  it("sum to the total in every figure as it is printed, however they are grouped, and no low bound is above its high one", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStop, { maxLength: 15 }),
        fc.subarray([...savingsDimensions]),
        async (shapes, groupBy) => {
          const stops = shapes.map(madeOf);
          const bills = stops.flatMap((stop, index) => {
            const peakBytes = shapes[index]?.peakBytes ?? null;
            return peakBytes === null ? [] : [wholeBill(stop, peakBytes)];
          });
          const regretted = stops.filter((_, index) => shapes[index]?.isRegretted);
          const monitorUsdPerMonth = parseUsd("0.123456789");
          const kept = { stops, bills, regretted, targets: [here, there] };
          const content = await savingsIn(kept, { groupBy, monitorUsdPerMonth });
          const json = savingsJson(content);
          const { total, groups, monitorUsd, netUsd } = json;
          const counts = [
            "stops",
            "pending",
            "withoutFigure",
            "withoutTimeLimit",
            "regretted",
            "regretUnknown",
          ] as const;
          for (const member of counts) {
            expect(groups.reduce((sum, group) => sum + (group[member] ?? 0), 0)).toBe(total[member] ?? 0);
          }
          expect(groups.reduce((sum, group) => sum + (group.freedSlotMs ?? 0), 0)).toBe(total.freedSlotMs ?? 0);
          for (const bound of ["low", "high"] as const) {
            for (const member of ["grossUsd", "regretsUsd", "savedUsd"] as const) {
              const sum = groups.reduce((all, group) => all + pico(group[member]?.[bound] ?? "0.0"), 0n);
              expect(sum).toBe(pico(total[member]?.[bound] ?? "0.0"));
            }
            for (const { grossUsd, regretsUsd, savedUsd } of [total, ...groups]) {
              if (grossUsd === null || regretsUsd === null || savedUsd === null) continue;
              expect(pico(savedUsd[bound]) + pico(regretsUsd[bound])).toBe(pico(grossUsd[bound]));
              expect(pico(savedUsd.low)).toBeLessThanOrEqual(pico(savedUsd.high));
            }
            // Rounded in two parts: no more than a unit beside the exact sum.
            const exact = pico(formatUsd(content.report.total.kept[bound]));
            const off = pico(total.savedUsd?.[bound] ?? "0.0") - exact;
            expect(off >= -1n && off <= 1n).toBe(true);
            if (netUsd !== null) {
              const saved = pico(total.savedUsd?.[bound] ?? "0.0");
              expect(pico(netUsd[bound])).toBe(saved - pico(monitorUsd ?? "0.0"));
            }
          }
          expect(total.stops).toBe(shapes.filter(({ state }) => state === "stopped").length);
          expect(json.stops).toHaveLength(total.stops);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("the peak of a stopped session", () => {
  const stop = stopped("a");
  const whole = wholeBill(stop, 2 * gib);
  const boundsBy = async (change: Partial<typeof whole>) => {
    const { report } = await savingsIn({ stops: [stop], bills: [{ ...whole, ...change }] });
    const json = savingsJson({ now: minutes(0), from: minutes(0), until: minutes(0), groupBy: [], report });
    return { ...json.stops[0]?.savedUsd, peakUnknown: json.peakUnknown };
  };
  // Six hours less five seconds at 2 GB, and at 8 GB.
  const [low, own, most] = ["0.113321250000", "0.113400000000", "0.453600000000"];
  const charges = (meteredMs: number) => whole.charges.map((each) => ({ ...each, meteredMs }));
  const lived = 120 * 60_000;
  it.each([
    ["is that of a bill that is final and whole", {}, own],
    ["is one of a bill whose last minute has no records", { charges: charges(lived - 60_000) }, own],
    ["is at least that of a bill whose first records are missing", { charges: charges(lived - 60_001) }, most],
    ["is at least that of a bill that can still change", { final: false }, most],
    ["is one of a bill with gaps of a minute", { gapMs: 60_000, charges: charges(lived - 60_000) }, own],
    ["is at least that of a bill that is not exact", { approximate: "some-reason" }, most],
    ["is at least that of a bill that late records are missing from", { lateUnverifiable: 1 }, most],
  ])("%s", async (_, change, high) => {
    const found = await boundsBy(change);
    expect(found).toEqual({ low: expect.any(String), high, peakUnknown: high === own ? 0 : 1 });
    expect(Math.abs(Number(found.low) - Number(low))).toBeLessThan(0.0001);
  });

  it.each([
    ["was shared out", { basis: "allocated" as const }],
    ["has no level", { peakBytes: null }],
  ])("is not known of a bill that %s", async (_, change) => {
    // 1.3 GB by the evidence.
    expect(Number((await boundsBy(change)).low)).toBeCloseTo(0.0686, 3);
  });

  it("is history's where the ledger has forgotten the session, over midnight and all of its hours", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-savings-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const history = historyIn(folderStore(folder));
    const night = stopped("n", 13 * 60);
    const [first] = wholeBill(night, 3 * gib).charges;
    if (first === undefined) throw new Error("no charge");
    const createdAt = minutes(10 * 60);
    const born = { ...night, entry: { ...night.entry, createdAt } };
    const hourly = [10, 11, 12].map((hour) => ({ ...first, hourAt: minutes(hour * 60), meteredMs: 3_600_000 }));
    await history.write([{ ...wholeBill(born, 3 * gib), charges: hourly }]);
    const { report } = await savingsIn({ stops: [born], history });
    expect(report.withoutPeak).toBe(0);
    const { report: without } = await savingsIn({
      stops: [{ ...born, key: { ...born.key, region: there.region } }],
      history,
      targets: [there],
    });
    expect(without.withoutPeak).toBe(1);
  });
});

describe("the window", () => {
  it.each([
    ["a millisecond before it", -1, 0],
    ["at its start", 0, 1],
    ["a millisecond before its end", 3_599_999, 1],
    ["at its end", 3_600_000, 0],
  ])("has a stop %s or not", async (_, ms, stops) => {
    const stop = stopped("a");
    const at = { ...stop, intendedAt: instant(minutes(0) + ms), decidedAt: instant(minutes(0) + ms) };
    const { report } = await savingsIn({ stops: [at] }, { window: { from: minutes(0), until: minutes(60) } });
    expect(report.total.stops).toBe(stops);
  });

  it.each([
    [0, 0],
    [-1, 1],
  ])("%i ms before what records are kept of is told", async (ms, problems) => {
    const now = minutes(24 * 60);
    const window = { from: instant(now - keptStopMs + ms), until: now };
    expect((await savingsIn({ stops: [] }, { window })).report.problems).toHaveLength(problems);
  });

  it("takes damaged regrets for unknown ones", async () => {
    const documents = memoryDocuments();
    await documents.write(`cleanup/regrets/${here.account}/${here.region}`, { revision: 0, text: "[" });
    const stopRecords = memoryStopRecords();
    await stopRecords.put({ ...stopped("a"), revision: 0 });
    const history = { columns: async function* () {} };
    const { report, ...shown } = await savingsIn({ stops: [] });
    const request = { ...shown, window: shown, targets: [here], prices: new Map(), gb: "binary", memoryGb: 8 } as const;
    const source = { stopRecords, documents, ledger: memoryLedger(), history };
    const found = await savingsReport(source, { ...request, monitorUsdPerMonth: null }, never);
    expect(found).toMatchObject({ unjudged: 1, problems: [{ code: "RegretsUnknown" }], total: { unknown: 1 } });
    expect(report.problems).toEqual([]);
  });
});
