import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryDocuments } from "../../adapters/memory/documents.ts";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { CpuEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { sessionId } from "../../core/kernel/ids.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import type { CpuQuestion } from "../../core/ports/activity.ts";
import type { UsageRequest, UsageSource } from "../../core/ports/usage-source.ts";
import { found } from "../accounts/settle-fixture.ts";
import { here, minute, tool } from "./lives.ts";

const never = new AbortController().signal;
const now = minute(120);
const window = { from: minute(25), until: now };
const minuteMs = 60_000;

/** A record, and when it is there to be read. */
interface Coming {
  readonly at: Instant;
  readonly elapsedSeconds: number;
  readonly vcpu: number;
  readonly comesAt: Instant;
}

/** Reads one session's records, each request a while after the one before. */
async function look(records: readonly Coming[], depth: CpuQuestion["depth"], neededMs: number, apartMs = 0) {
  const requests: UsageRequest[] = [];
  const usage: UsageSource = {
    locate: async () => found(),
    read: async (request, onUsage) => {
      const clock = plusMs(now, requests.length * apartMs);
      requests.push(request);
      const come = records.filter(({ at, comesAt }) => at >= request.from && at < request.until && comesAt <= clock);
      const figures = come.map(({ at, elapsedSeconds, vcpu }) => ({
        at,
        elapsedSeconds,
        vcpuHours: (vcpu * (elapsedSeconds || 1)) / 3600,
        gbHours: elapsedSeconds / 3600,
      }));
      await onUsage([{ key: { ...here, interpreter: tool, session: sessionId("a") }, usage: usageColumnsOf(figures) }]);
      return { lines: 0, records: 0, skipped: new Map(), complete: true, approximate: null, problems: [] };
    },
  };
  const ask = sessionCpu({ usage, documents: memoryDocuments() }, { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" });
  const seen = await ask(here, tool, [sessionId("a")], window, { neededMs, depth }, now, never);
  const cpu = seen.get(sessionId("a"));
  if (cpu === undefined) throw new Error("nothing was said of it");
  return { cpu, requests };
}

/** Whether it is proved quiet for so long, as decisions take it. */
const isProved = (cpu: CpuEvidence | Unknown, neededMs: number): boolean =>
  cpu.kind === "known" && cpu.quietSince !== null && cpu.covered.until - cpu.quietSince >= neededMs;

/** A record each minute, as late as they come. */
const everyMinute = (vcpuOf: (m: number) => number): Coming[] =>
  Array.from({ length: 100 }, (_, m) => ({
    at: minute(m),
    elapsedSeconds: 60,
    vcpu: vcpuOf(m),
    comesAt: minute(0),
  }));

describe("a look that is asked for until it shows work", () => {
  it("is one request for a session that works, and two for one that does not", async () => {
    const busy = await look(
      everyMinute(() => 0.5),
      "until-work",
      15 * minuteMs,
    );
    expect(busy.requests.map(({ from, until }) => [from, until])).toEqual([[minute(85), minute(180)]]);
    expect(busy.cpu).toMatchObject({ kind: "known", quietSince: null, lastRecordAt: minute(99) });
    const quiet = await look(
      everyMinute(() => 0),
      "until-work",
      15 * minuteMs,
    );
    expect(quiet.requests.map(({ from, until }) => [from, until])).toEqual([
      [minute(85), minute(180)],
      [minute(25), minute(85)],
    ]);
    expect(quiet.cpu).toMatchObject({ covered: { from: minute(25), until: minute(99) }, quietSince: minute(25) });
  });

  it.each([
    // The work of minute 90 ends at 91, and the last record is of minute 99.
    [8, 2],
    [8.01, 1],
  ])("is enough where idleAfter is %f minutes and it worked 8 minutes before its last record: %i", async (m, count) => {
    const { requests } = await look(
      everyMinute((at) => (at === 90 ? 0.5 : 0)),
      "until-work",
      m * minuteMs,
    );
    expect(requests).toHaveLength(count);
  });

  it("goes on to the beginning of a runaway", async () => {
    const records = everyMinute((m) => (m >= 40 ? 2 : 0));
    const { cpu, requests } = await look(records, "until-work", 15 * minuteMs);
    expect(requests).toHaveLength(2);
    expect(cpu).toMatchObject({ hotSince: minute(40) });
  });

  it("takes a record of no length for no work where the second that it belongs to was not read", async () => {
    const second = { at: plusMs(minute(85), -500), elapsedSeconds: 1, vcpu: 0, comesAt: minute(0) };
    const short = { at: minute(85), elapsedSeconds: 0, vcpu: 0.01, comesAt: minute(0) };
    const { cpu } = await look([second, short], "until-work", 60 * minuteMs);
    expect(cpu).toMatchObject({ lastBusyAt: null });
  });

  it("is not asked for before a stop, nor by whoever wants to see all: then all is read at once", async () => {
    const { requests } = await look(
      everyMinute(() => 0.5),
      "whole",
      15 * minuteMs,
    );
    expect(requests.map(({ from, until }) => [from, until])).toEqual([[minute(25), minute(180)]]);
  });
});

describe("whatever records come, in whatever order, late, twice or never", () => {
  const anyRecords = fc
    .record({
      /** Where its records begin and end, and how much of the time they tell of. */
      from: fc.integer({ min: 0, max: 100 }),
      until: fc.integer({ min: 60, max: 125 }),
      told: fc.constantFrom(0.9, 1, 1),
      busy: fc.array(fc.integer({ min: 0, max: 125 }), { maxLength: 3 }),
      hot: fc.option(fc.tuple(fc.integer({ min: 20, max: 110 }), fc.integer({ min: 1, max: 60 }))),
      lags: fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 5 }),
      shorts: fc.array(fc.tuple(fc.integer({ min: 20, max: 110 }), fc.integer({ min: -3000, max: 3000 })), {
        maxLength: 4,
      }),
      twice: fc.boolean(),
      seed: fc.nat(),
    })
    .map(({ from, until, told, busy, hot, lags, shorts, twice, seed }): readonly Coming[] => {
      const isTold = (m: number): boolean => told === 1 || ((m * 7919 + seed) % 100) / 100 < told;
      const vcpuOf = (m: number): number => {
        if (hot !== null && m >= hot[0] && m < hot[0] + hot[1]) return 1.8;
        return busy.includes(m) ? 0.5 : 0.0001;
      };
      const long = Array.from({ length: Math.max(0, until - from) }, (_, n) => from + n)
        .filter(isTold)
        .map((m) => ({
          at: minute(m),
          elapsedSeconds: 60,
          vcpu: vcpuOf(m),
          comesAt: minute(m + (lags[m % lags.length] ?? 0)),
        }));
      // Those of no length, about the seam between the two reads too.
      const short = shorts.map(([m, ms]) => ({
        at: plusMs(minute(m % 3 === 0 ? 85 : m), ms),
        elapsedSeconds: m % 2,
        vcpu: 0.01,
        comesAt: minute(0),
      }));
      const all = [...long, ...short];
      return (twice ? [...all, ...all] : all).toReversed();
    });
  const anyNeeded = fc.constantFrom(5, 15, 15, 30, 60).map((m) => m * minuteMs);
  const seen = { early: 0, proved: 0, unknown: 0, hot: 0 };

  it("it says what a whole look says, or that it worked too lately to be quiet for long enough, which that says too", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, anyNeeded, async (records, neededMs) => {
        const whole = (await look(records, "whole", neededMs)).cpu;
        const { cpu, requests } = await look(records, "until-work", neededMs);
        if (requests.length === 2) {
          expect(cpu).toEqual(whole);
          seen.proved += Number(isProved(cpu, neededMs));
          seen.unknown += Number(cpu.kind === "unknown");
          return;
        }
        seen.early += 1;
        if (cpu.kind === "unknown" || whole.kind === "unknown") throw new Error("it was seen to work");
        seen.hot += Number(cpu.hotSince !== null);
        const { asOf, lastBusyAt, lastRecordAt, hotSince } = cpu;
        expect({ asOf, lastBusyAt, lastRecordAt, hotSince }).toEqual({
          asOf: whole.asOf,
          lastBusyAt: whole.lastBusyAt,
          lastRecordAt: whole.lastRecordAt,
          hotSince: whole.hotSince,
        });
        expect(isProved(cpu, neededMs)).toBe(false);
        expect(isProved(whole, neededMs)).toBe(false);
      }),
      { numRuns: 1500 },
    );
    expect(Math.min(seen.early, seen.proved, seen.unknown, seen.hot)).toBeGreaterThan(20);
  });

  it("though more of them come between its two reads, it proves no quiet that what had come contradicts", async () => {
    await fc.assert(
      fc.asyncProperty(anyRecords, anyNeeded, fc.integer({ min: 1, max: 20 }), async (records, neededMs, apart) => {
        const whole = (await look(records, "whole", neededMs)).cpu;
        const { cpu } = await look(records, "until-work", neededMs, apart * minuteMs);
        if (!isProved(cpu, neededMs) || cpu.kind === "unknown" || cpu.quietSince === null) return;
        expect(whole.kind === "known" && whole.lastBusyAt !== null && whole.lastBusyAt > cpu.quietSince).toBe(false);
        // Nor anything that comes later, of what has come by then.
        const come = records.filter(({ comesAt }) => comesAt <= now);
        const works = come.filter(({ elapsedSeconds, vcpu }) => elapsedSeconds === 60 && vcpu >= 0.02);
        for (const { at } of works) expect(plusMs(at, 60_000)).toBeLessThanOrEqual(cpu.quietSince);
      }),
      { numRuns: 500 },
    );
  });
});
