import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { costReport, costReportAsOf } from "../../core/reporting/cost-report.ts";
import { sourceOf } from "../focus/fixture.ts";
import { day, dyingAt, historyIn } from "../history/fixture.ts";
import { bill, charge, hours } from "../ledger-store/bills.ts";
import { costRequest } from "./fixture.ts";

const hour = 3_600_000_000_000n;
const minute = (count: number): Instant => plusMs(day(5), count * 60_000);
const plain = { byteMs: 0n, idleByteMs: 0n, loggedByteMs: 0n, peakTaxByteMs: 0n };

/** So many vCPU-hours in each of these hours after noon of the first day. */
const used = (session: string, vcpuHours: bigint, change: Partial<SessionBill> = {}, at = [0]): SessionBill =>
  bill(session, {
    charges: at.map((it) => charge({ ...plain, hourAt: hours(it), vcpuNs: vcpuHours * hour })),
    asOf: day(2),
    ...change,
  });
const usdOf = (vcpuHours: number): string => (0.0895 * vcpuHours).toFixed(12);

let store: FileStore;
beforeEach(() => {
  store = memoryStore();
});

async function write(at: Instant, bills: readonly SessionBill[], to: FileStore = store): Promise<void> {
  await historyIn(to, { now: () => at }).write(bills);
}

async function knownAsOf(at: Instant, change: Parameters<typeof costRequest>[0] = {}): Promise<string> {
  const { signal } = new AbortController();
  const report = await costReportAsOf(await sourceOf({}, store), costRequest({ now: day(30), ...change }), at, signal);
  return formatUsd(report.total.known);
}

describe("a window as it stood at an instant", () => {
  it("has a bill as it was restated earlier on the same day, once", async () => {
    await write(minute(0), [used("a", 1n)]);
    await write(minute(60), [used("a", 2n, { version: 2, asOf: minute(60) })]);
    expect(await knownAsOf(minute(59))).toBe(usdOf(1));
    expect(await knownAsOf(minute(60))).toBe(usdOf(2));
    expect(await knownAsOf(minute(600))).toBe(usdOf(2));
    expect(await knownAsOf(plusMs(minute(0), -1))).toBe(usdOf(0));
  });

  it("has no bill that history got later, whenever it was made", async () => {
    await write(minute(0), [used("a", 1n)]);
    await write(minute(60), [used("b", 1n, { asOf: day(2) })]);
    expect(await knownAsOf(minute(30))).toBe(usdOf(1));
  });

  it("has each of the versions of a bill that was replaced twice in its time", async () => {
    for (const version of [1, 2, 3]) {
      await write(minute(version * 10), [used("a", 2n ** BigInt(version), { version })]);
    }
    expect(await Promise.all([10, 19, 20, 29, 30].map((at) => knownAsOf(minute(at))))).toEqual(
      [2, 2, 4, 4, 8].map(usdOf),
    );
  });

  it("has nothing of a day on which the version of then had nothing", async () => {
    await write(minute(0), [used("a", 1n, {}, [10, 13])]);
    await write(minute(10), [used("a", 1n, { version: 2 }, [13])]);
    const firstDay = { from: day(0), until: day(1) };
    expect(await knownAsOf(minute(9), firstDay)).toBe(usdOf(1));
    expect(await knownAsOf(minute(10), firstDay)).toBe(usdOf(0));
  });

  it("counts what a killed writer left in two places once, and its rerun when it was", async () => {
    await write(minute(0), [used("a", 1n)]);
    const second = [used("a", 2n, { version: 2 })];
    await expect(write(minute(10), second, dyingAt(store, 0, "after"))).rejects.toThrow("killed");
    expect(await knownAsOf(minute(5))).toBe(usdOf(1));
    expect(await knownAsOf(minute(15))).toBe(usdOf(1));
    const nextDay = plusMs(minute(10), 86_400_000);
    await write(nextDay, second);
    expect(await knownAsOf(minute(5))).toBe(usdOf(1));
    expect(await knownAsOf(minute(15))).toBe(usdOf(1));
    expect(await knownAsOf(nextDay)).toBe(usdOf(2));
  });

  it("is what a report said then, whatever was written since and wherever writers were killed", async () => {
    const step = fc.record({
      session: fc.constantFrom("a", "b"),
      vcpuHours: fc.bigInt({ min: 1n, max: 9n }),
      at: fc.subarray([9, 11, 12, 13], { minLength: 1 }),
      laterMinutes: fc.integer({ min: 1, max: 3000 }),
      dies: fc.option(fc.integer({ min: 0, max: 3 })),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
        store = memoryStore();
        const versions = new Map<string, number>();
        let at = minute(0);
        const said: { readonly at: Instant; readonly usd: string }[] = [];
        for (const { session, vcpuHours, at: own, laterMinutes, dies } of steps) {
          at = plusMs(at, laterMinutes * 60_000);
          const version = (versions.get(session) ?? 0) + 1;
          versions.set(session, version);
          const bills = [used(session, vcpuHours, { version }, own)];
          if (dies !== null) await write(at, bills, dyingAt(store, dies, "after")).catch(() => {});
          if (dies !== null) said.push({ at, usd: await nowKnown(store) });
          if (dies !== null) at = plusMs(at, laterMinutes * 60_000);
          await write(at, bills);
          said.push({ at, usd: await nowKnown(store) });
        }
        for (const { at: then, usd } of said) expect(await knownAsOf(then)).toBe(usd);
      }),
      { numRuns: 40 },
    );
  });
});

async function nowKnown(of: FileStore): Promise<string> {
  const { signal } = new AbortController();
  return formatUsd((await costReport(await sourceOf({}, of), costRequest({ now: day(30) }), signal)).total.known);
}
