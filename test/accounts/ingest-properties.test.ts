import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { latenessOf } from "../../core/ledger/late-records.ts";
import { priceLists, settings, wholeText } from "../ledger/account-fixtures.ts";
import { type Bench, begin, bench, bucket, type Delivery, hour, keyOf, later, minute } from "./ingest-fixture.ts";

const sessions = ["A", "B", "C"];
const figures = fc.record({
  // Few instants, many of them on the edges of windows.
  at: fc
    .oneof(
      fc.integer({ min: 0, max: 36 }).map((n) => n * 5 * minute),
      fc.integer({ min: 0, max: 180 * minute }),
    )
    .map((ms) => later(ms)),
  elapsedSeconds: fc.constantFrom(0, 0.001, 0.25, 0.99, 1, 60),
  vcpuHours: fc.constantFrom(0, 0.00001, 0.0003),
  gbHours: fc.constantFrom(0, 0.0003, 0.002),
});
/** All comes within two hours of its stamp: what comes later is another test's. */
const record = fc.record({
  session: fc.constantFrom(...sessions),
  figures,
  delaysMs: fc.array(fc.integer({ min: 0, max: 115 * minute }), { minLength: 1, maxLength: 3 }),
});
const stories = fc.record({
  records: fc.array(record, { minLength: 1, maxLength: 60 }),
  /** Waits between passes. */
  waitsMs: fc.array(fc.integer({ min: minute, max: 4 * hour }), { minLength: 1, maxLength: 12 }),
  batchRows: fc.integer({ min: 1, max: 20 }),
  rowsHeld: fc.constantFrom(1, 5, 1_000_000),
  prices: fc.constantFrom(priceLists.newRule, priceLists.oldRule, priceLists.none),
});

const deliveriesOf = (
  records: readonly { session: string; figures: Delivery["figures"]; delaysMs: readonly number[] }[],
) =>
  records.flatMap(({ session, figures: own, delaysMs }) =>
    delaysMs.map((delayMs) => ({ key: keyOf(session), figures: own, deliveredAt: plusMs(own.at, delayMs) })),
  );

const limits = { windowsPerTarget: 3000, linesPerTarget: 1e9, windowsPerTurn: 24 };

/** Passes until everything is read for good and counted. */
async function runAll(run: Bench, waitsMs: readonly number[]): Promise<void> {
  let now = begin;
  for (const waitMs of waitsMs) {
    now = plusMs(now, waitMs);
    await run.pass(now);
  }
  await run.pass(plusMs(instant(Math.max(now, later(3 * hour))), 30 * hour));
}

async function check(run: Bench, deliveries: readonly Delivery[], periods: typeof priceLists.newRule): Promise<void> {
  for (const session of sessions) {
    const own = deliveries.filter(({ key }) => key.session === session).map((it) => it.figures);
    const stored = await run.stored(session);
    if (own.length === 0) {
      expect(stored).toBeNull();
      continue;
    }
    expect(await run.text(session)).toBe(wholeText(own, periods, settings));
    if (stored === null) throw new Error("no such session");
    expect(latenessOf(stored.account)).toEqual({ certain: 0, uncertain: 0 });
    expect(stored.bill.charges.reduce((sum, { records }) => sum + records, 0)).toBeGreaterThan(0);
  }
}

describe("the ingest of a log group", () => {
  it("gives the digits of one pass over all records, however passes, windows and batches cut them", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ({ records, waitsMs, batchRows, rowsHeld, prices }) => {
        const deliveries = deliveriesOf(records);
        // Repeats within a window that is folded in parts are not recognised as such.
        const run = bench(rowsHeld === 1_000_000 ? deliveries : onceEach(deliveries), {
          limits: { ...limits, rowsHeld },
          periods: prices,
        });
        run.usage.batchRows = batchRows;
        await runAll(run, waitsMs);
        await check(run, rowsHeld === 1_000_000 ? deliveries : onceEach(deliveries), prices);
        expect(Math.max(...run.usage.reads.values())).toBeLessThanOrEqual(3);
      }),
      { numRuns: 300 },
    );
  });
});

describe("two passes at the same time", () => {
  // One that lags behind may meet records of which the digests are forgotten: these sessions are rated from their source.
  it("come to the digits of one", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ({ records, waitsMs, batchRows, prices }) => {
        const deliveries = deliveriesOf(records);
        const run = bench(deliveries, { periods: prices });
        run.usage.batchRows = batchRows;
        const pass = run.pass;
        const twice = { ...run, pass: async (at: Instant) => (await Promise.all([pass(at), pass(at)])).flat() };
        await runAll(twice, waitsMs);
        for (const [session, own] of Map.groupBy(deliveries, ({ key }) => String(key.session))) {
          const whole = wholeText(
            own.map((it) => it.figures),
            prices,
            settings,
          );
          expect(await run.text(session)).toBe(whole);
        }
      }),
      { numRuns: 100 },
    );
  });
});

const onceEach = (deliveries: readonly Delivery[]): readonly Delivery[] => [
  ...new Map(deliveries.map((it) => [`${it.key.session} ${JSON.stringify(it.figures)}`, it])).values(),
];

describe("the ingest of delivered files", () => {
  it("reads each once, and gives the digits of one pass over all records", async () => {
    await fc.assert(
      fc.asyncProperty(stories, async ({ records, waitsMs, batchRows, rowsHeld, prices }) => {
        const deliveries = onceEach(deliveriesOf(records));
        const place = bucket();
        const run = bench(deliveries, { place, limits: { ...limits, rowsHeld }, periods: prices });
        for (const id of run.usage.located.keys()) run.usage.located.set(id, { kind: "found", location: place });
        run.usage.batchRows = batchRows;
        await runAll(run, waitsMs);
        await check(run, deliveries, prices);
        expect(new Set(run.usage.reads.values())).toEqual(new Set([1]));
      }),
      { numRuns: 200 },
    );
  });
});
