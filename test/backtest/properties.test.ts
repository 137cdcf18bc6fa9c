import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type UsageColumns, usageColumnsOf } from "../../core/billing/usage-columns.ts";
import { backtest } from "../../core/cleanup/backtest/backtest.ts";
import { wilsonBounds } from "../../core/cleanup/backtest/backtest-rate.ts";
import { withMember } from "../../core/cleanup/backtest/backtest-sweep.ts";
import { cpuKnownAt, piecesOf } from "../../core/cleanup/backtest/backtest-timeline.ts";
import type { PastSession } from "../../core/cleanup/backtest/backtest-types.ts";
import { cpuEvidenceOf } from "../../core/cleanup/evidence/cpu-evidence.ts";
import { instant } from "../../core/kernel/instant.ts";
import { callOf, m, minuteMs, pastSession, type Stretch, setOf, settings, usageOf } from "./made.ts";

const stretch = (longest: number): fc.Arbitrary<Stretch> =>
  fc
    .tuple(fc.integer({ min: 0, max: 290 }), fc.integer({ min: 1, max: longest }))
    .map(([from, took]) => ({ from, until: from + took }));

const anyLife = fc.record({
  until: fc.integer({ min: 30, max: 300 }),
  busy: fc.array(stretch(40), { maxLength: 4 }),
  gaps: fc.array(stretch(5), { maxLength: 2 }),
  calls: fc.option(fc.array(stretch(10), { maxLength: 3 })),
  lag: fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 30 })),
  idleAfter: fc.integer({ min: 2, max: 40 }),
  every: fc.constantFrom(1, 5, 15),
});
type Life = typeof anyLife extends fc.Arbitrary<infer T> ? T : never;

const pastOf = ({ until, busy, gaps, calls }: Life): PastSession =>
  pastSession({
    end: { earliest: m(until), latest: m(until) },
    usage: usageOf(0, until, busy, gaps),
    calls:
      calls === null
        ? { kind: "none" }
        : { kind: "session", window: { from: m(-30), until: m(700) }, calls: calls.map(callOf) },
  });

const lagOf = ({ lag: [least, more] }: Life) => ({
  atTeardown: "none" as const,
  leastMs: least * minuteMs,
  mostMs: (least + more) * minuteMs,
});

describe("over any timeline", () => {
  it("false stops and races are those that brute force finds in the records and the calls", () => {
    const seen = { stops: 0, false: 0, races: 0 };
    fc.assert(
      fc.property(anyLife, (life) => {
        const past = pastOf(life);
        const set = setOf({ idleAfterMs: life.idleAfter * minuteMs });
        const own = settings({ lag: lagOf(life), sweepEveryMs: life.every * minuteMs });
        const [result] = backtest([past], [set], own);
        const replayed = result?.sessions[0]?.replayed;
        if (replayed?.kind !== "stop") return;
        const { at, horizon, verdict, isRace } = replayed;
        const work = [
          ...busyRecords(past.usage),
          ...(life.calls ?? []).map((call) => ({ from: m(call.from), until: m(call.until) })),
        ];
        const alive = work.filter(({ from }) => from < m(life.until));
        expect(verdict === "false").toBe(alive.some(({ until }) => until > at));
        const h = horizon ?? at;
        if (at - h > 2 * minuteMs) expect(isRace).toBe(work.some(({ from, until }) => from < at && until > h));
        seen.stops += 1;
        seen.false += Number(verdict === "false");
        seen.races += Number(isRace);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(seen.stops, seen.false, seen.races)).toBeGreaterThan(0);
  });

  it("what a would-be stop goes by did not work in the idleAfter before its horizon", () => {
    fc.assert(
      fc.property(anyLife, (life) => {
        const past = pastOf(life);
        const set = setOf({ idleAfterMs: life.idleAfter * minuteMs });
        const [result] = backtest([past], [set], settings({ lag: lagOf(life) }));
        const replayed = result?.sessions[0]?.replayed;
        if (replayed?.kind !== "stop" || replayed.horizon === null) return;
        const { horizon } = replayed;
        const from = horizon - life.idleAfter * minuteMs;
        expect(busyRecords(past.usage).filter((work) => work.from < horizon && work.until > from)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it("more idleAfter never gives more would-be stops", () => {
    fc.assert(
      fc.property(fc.array(anyLife, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 30 }), (lives, more) => {
        const [first] = lives;
        if (first === undefined) return;
        const sets = [first.idleAfter, first.idleAfter + more].map((minutes) =>
          withMember(setOf(), "idleAfter", minutes * minuteMs),
        );
        // Records that come in order: out of order, a longer stretch can be known of before a shorter, later one.
        const lag = { ...lagOf(first), mostMs: lagOf(first).leastMs };
        const own = settings({ lag, sweepEveryMs: first.every * minuteMs });
        const [less, stricter] = backtest(lives.map(pastOf), sets, own);
        const stopped = (result: typeof less) => result?.sessions.map(({ replayed }) => replayed.kind === "stop") ?? [];
        for (const [place, stops] of stopped(stricter).entries()) if (stops) expect(stopped(less)[place]).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("knows of CPU what a sweep knows of the records that have come", () => {
    fc.assert(
      fc.property(anyLife, fc.integer({ min: 10, max: 320 }), (life, minute) => {
        const usage = usageOf(0, life.until, life.busy, life.gaps);
        const own = settings({ lag: lagOf(life) });
        const pieces = piecesOf(usage, own, "x", null);
        const now = m(minute);
        const window = { from: m(minute - 120), until: now };
        const come = rowsWhere(usage, (at) =>
          pieces.some((piece) => piece.knownAt <= now && piece.firstAt <= at && piece.lastAt >= at),
        );
        const neededMs = life.idleAfter * minuteMs;
        const expected = cpuEvidenceOf(come, { idleVcpu: 0.02, hotVcpu: 99, gb: "binary" }, window, neededMs, now);
        const found = cpuKnownAt(pieces, window, neededMs, now);
        if (expected.kind === "unknown") expect(found).toBeNull();
        else expect(found).toEqual({ ...expected, memoryBytes: found?.memoryBytes });
      }),
      { numRuns: 300 },
    );
  });
});

describe("the rate of false stops", () => {
  it.each([
    { found: 0, open: 0, all: 10, low: 0, high: 0.2775 },
    { found: 1, open: 0, all: 10, low: 0.0179, high: 0.4042 },
    { found: 10, open: 0, all: 10, low: 0.7225, high: 1 },
    { found: 0, open: 10, all: 10, low: 0, high: 1 },
    { found: 1, open: 1, all: 10, low: 0.0179, high: 0.5098 },
  ])("of $found in $all, $open of them open", ({ found, open, all, low, high }) => {
    const bounds = wilsonBounds(found, open, all);
    expect(bounds?.low).toBeCloseTo(low, 4);
    expect(bounds?.high).toBeCloseTo(high, 4);
  });

  it("is not there without a stop", () => {
    expect(wilsonBounds(0, 0, 0)).toBeNull();
  });
});

function busyRecords(usage: UsageColumns | null): readonly Stretch[] {
  const found: Stretch[] = [];
  for (let row = 0; usage !== null && row < usage.length; row += 1) {
    const seconds = usage.elapsedSeconds[row] ?? 0;
    const from = instant(usage.at[row] ?? 0);
    if (((usage.vcpuHours[row] ?? 0) * 3600) / seconds >= 0.02) found.push({ from, until: from + 1000 * seconds });
  }
  return found;
}

const rowsWhere = (usage: UsageColumns, isWanted: (at: number) => boolean): UsageColumns =>
  usageColumnsOf(
    Array.from({ length: usage.length }, (_, row) => ({
      at: instant(usage.at[row] ?? 0),
      elapsedSeconds: usage.elapsedSeconds[row] ?? 0,
      vcpuHours: usage.vcpuHours[row] ?? 0,
      gbHours: usage.gbHours[row] ?? 0,
    })).filter(({ at }) => isWanted(at)),
  );
