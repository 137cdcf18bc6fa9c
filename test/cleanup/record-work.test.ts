import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distinctInOrder, usageColumnsOf } from "../../core/billing/usage-columns.ts";
import { cpuEvidenceOf } from "../../core/cleanup/evidence/cpu-evidence.ts";
import type { CpuEvidence, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { workOf } from "../../core/cleanup/evidence/record-work.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";

const start = instant(Date.parse("2026-11-20T12:00:00Z"));
const level = 0.02;

interface Made {
  readonly atMs: number;
  readonly ms: number;
  /** Of its whole length, in vCPU-seconds. */
  readonly vcpuSeconds: number;
}

const columns = (made: readonly Made[]) =>
  distinctInOrder(
    usageColumnsOf(
      made.map(({ atMs, ms, vcpuSeconds }) => ({
        at: plusMs(start, atMs),
        elapsedSeconds: ms / 1000,
        vcpuHours: vcpuSeconds / 3600,
        gbHours: 0.0001,
      })),
    ),
  );

const look = (made: readonly Made[]): CpuEvidence | Unknown => {
  const window = { from: start, until: plusMs(start, 7_200_000) };
  const levels = { idleVcpu: level, hotVcpu: 1.5, gb: "binary" } as const;
  return cpuEvidenceOf(columns(made), levels, window, 1_800_000, window.until);
};

const every = (count: number, stepMs: number, rest: Omit<Made, "atMs">): readonly Made[] =>
  Array.from({ length: count }, (_, n) => ({ atMs: n * stepMs, ...rest }));

const judged = (made: readonly Made[]): readonly string[] => {
  const rows = columns(made);
  const { isBusy, isPlain } = workOf(rows, level);
  return Array.from({ length: rows.length }, (_, row) => (isBusy(row) ? "busy" : isPlain(row) ? "plain" : "open"));
};

describe("a usage record by itself", () => {
  it.each([
    [1000, 0.0199, "plain"],
    [1000, 0.02, "busy"],
    [320, 0.0063, "plain"],
    [320, 0.0064, "busy"],
    // As long as a second comes with jitter.
    [1500, 0.0299, "plain"],
    [1501, 0.0199, "plain"],
    [1501, 0.02, "open"],
    [60_000, 0.0199, "plain"],
    [60_000, 0.02, "open"],
    [60_000, 1.1999, "open"],
    [60_000, 1.2, "busy"],
  ])("of %i ms with %f vCPU-seconds is %s", (ms, vcpuSeconds, expected) => {
    expect(judged([{ atMs: 0, ms, vcpuSeconds }])).toEqual([expected]);
  });
});

describe("usage records that overlap", () => {
  const second = (atMs: number, vcpuSeconds: number): Made => ({ atMs, ms: 1000, vcpuSeconds });

  it.each([
    ["of the same second, together below the level", [second(0, 0.01), second(0, 0.0099)], ["plain", "plain"]],
    ["of the same second, together at the level", [second(0, 0.01), second(0, 0.0101)], ["busy", "busy"]],
    ["of half of the same second, together at the level", [second(0, 0.015), second(500, 0.015)], ["busy", "busy"]],
    ["of one that touches the next", [second(0, 0.015), second(1000, 0.015)], ["plain", "plain"]],
    // By one way to stamp the short one lies in the long one, by the other after it.
    ["by one way to stamp alone", [second(0, 0.019), { atMs: 320, ms: 320, vcpuSeconds: 0.006 }], ["open", "open"]],
  ] as const)("%s", (_, made, expected) => {
    expect(judged(made)).toEqual(expected);
  });

  it("leave nothing plain that lies in the time of one that may hide work, by either way to stamp", () => {
    const long = { atMs: 60_000, ms: 5000, vcpuSeconds: 0.05 };
    const beside = [54_999, 55_000, 55_001, 64_999, 65_000, 65_001].map((atMs) => second(atMs, 0));
    expect(judged([...beside, long])).toEqual(["plain", "plain", "open", "open", "open", "plain", "plain"]);
  });
});

describe("evidence of CPU by long records", () => {
  it("is unknown where each may carry a second of work", () => {
    expect(look(every(60, 60_000, { ms: 60_000, vcpuSeconds: 1.14 }))).toMatchObject({
      kind: "unknown",
      code: "approximate",
      message: expect.stringContaining("whether it worked"),
    });
    expect(look(every(60, 60_000, { ms: 60_000, vcpuSeconds: 0.06 }))).toMatchObject({ kind: "unknown" });
  });

  it("is of a quiet session where none can", () => {
    const cpu = look(every(60, 60_000, { ms: 60_000, vcpuSeconds: 0.019 }));
    expect(cpu).toMatchObject({ kind: "known", lastBusyAt: null, quietSince: start });
  });

  it("begins after one that may", () => {
    const quiet = every(60, 60_000, { ms: 60_000, vcpuSeconds: 0.01 });
    const made = quiet.map((each, n) => (n === 20 ? { ...each, vcpuSeconds: 0.5 } : each));
    expect(look(made)).toMatchObject({ covered: { from: plusMs(start, 21 * 60_000) }, lastBusyAt: null });
  });

  it("is of work where seconds that overlap add up to it", () => {
    expect(look(every(30_000, 100, { ms: 1000, vcpuSeconds: 0.019 }))).toMatchObject({ quietSince: null });
  });
});

/** Steps of 10 ms, in which each record has what it carries spread over its time, or all of it in one second of it. */
const stepMs = 10;

it("no second of a stretch that is called quiet has, by either way to stamp, as much CPU as the level", () => {
  const anyRecord = fc.record({
    atMs: fc.integer({ min: 0, max: 60_00 }).map((n) => n * stepMs),
    ms: fc.constantFrom(1000, 1000, 320, 500, 2000, 5000),
    vcpuSeconds: fc.constantFrom(0.0001, 0.003, 0.012, 0.0199, 0.03),
  });
  const ground = fc.constantFrom(0, 0.001, 0.0085);
  let quiets = 0;
  fc.assert(
    fc.property(fc.array(anyRecord, { maxLength: 6 }), ground, fc.constantFrom("start", "end"), (odd, rest, stamp) => {
      const made = [...every(60, 1000, { ms: 1000, vcpuSeconds: rest }), ...odd];
      const cpu = look(made);
      if (cpu.kind === "unknown" || cpu.quietSince === null) return;
      quiets += 1;
      // Whatever is not above the level wherever it was used, is so where it was used evenly.
      const used = new Float64Array(7000);
      const add = (from: number, until: number, each: number): void => {
        for (let step = from / stepMs; step < until / stepMs; step += 1) {
          const place = step + 500;
          if (place >= 0 && place < used.length) used[place] = (used[place] ?? 0) + each;
        }
      };
      for (const { atMs, ms, vcpuSeconds } of made) {
        const from = stamp === "start" ? atMs : atMs - ms;
        if (ms <= 1500) add(from, from + ms, (vcpuSeconds * stepMs) / ms);
        // The worst that it can be: one second at its beginning.
        else add(from, from + 1000, (vcpuSeconds * stepMs) / 1000);
      }
      const until = (cpu.covered.until - start) / stepMs;
      for (const { atMs, ms } of made) {
        const from = stamp === "start" ? atMs : atMs - ms;
        const inside = from >= cpu.quietSince - start && from + ms <= until * stepMs && ms <= 1500;
        if (!inside) continue;
        let sum = 0;
        for (let step = from / stepMs; step < (from + ms) / stepMs; step += 1) sum += used[step + 500] ?? 0;
        expect(sum).toBeLessThan((level * ms) / 1000 + slackOf(made, from, ms, stamp));
      }
    }),
    { numRuns: 400 },
  );
  expect(quiets).toBeGreaterThan(50);
});

/** A long record below a second's work, in the one second of it, may add to what lies beside it: less than the level again. */
const slackOf = (made: readonly Made[], from: number, ms: number, stamp: string): number =>
  made.some((each) => {
    const begin = stamp === "start" ? each.atMs : each.atMs - each.ms;
    return each.ms > 1500 && begin < from + ms && begin + each.ms > from;
  })
    ? level
    : 1e-9;
