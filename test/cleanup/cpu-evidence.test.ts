import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { UsageFigures } from "../../core/billing/usage-figures.ts";
import { type CpuLevels, cpuEvidenceOf } from "../../core/cleanup/evidence/cpu-evidence.ts";
import type { CpuEvidence, Span, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";

const start = instant(Date.parse("2026-11-20T12:00:00Z"));
const at = (seconds: number) => plusMs(start, seconds * 1000);
const levels: CpuLevels = { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" };
const hour: Span = { from: start, until: at(3600) };
const now = at(4000);

interface Made {
  readonly seconds: number;
  readonly elapsed?: number;
  readonly vcpu?: number;
  readonly gb?: number;
}

/** A record of `vcpu` cores and `gb` of memory over its length; over one second where it has none. */
const record = ({ seconds, elapsed = 1, vcpu = 0.001, gb = 1 }: Made): UsageFigures => ({
  at: at(seconds),
  elapsedSeconds: elapsed,
  vcpuHours: (vcpu * (elapsed || 1)) / 3600,
  gbHours: (gb * (elapsed || 1)) / 3600,
});
const look = (made: readonly Made[], window = hour, neededMs = 0): CpuEvidence | Unknown =>
  cpuEvidenceOf(usageColumnsOf(made.map(record)), levels, window, neededMs, now);
const seconds = (from: number, until: number, rest: Partial<Made> = {}): Made[] =>
  Array.from({ length: until - from }, (_, i) => ({ seconds: from + i, ...rest }));

describe("evidence of CPU", () => {
  it("covers all records of a session that has no gap, up to the last stamp", () => {
    expect(look(seconds(10, 100))).toEqual({
      kind: "known",
      asOf: now,
      covered: { from: at(10), until: at(99) },
      quietSince: at(10),
      lastBusyAt: null,
      lastRecordAt: at(99),
      hotSince: null,
      memoryBytes: 2 ** 30,
    });
  });

  it("is unknown where the window has no record", () => {
    expect(look([])).toMatchObject({ kind: "unknown", code: "no-records-yet" });
    expect(look(seconds(-100, 0))).toMatchObject({ kind: "unknown", code: "no-records-yet" });
    expect(look(seconds(3600, 3700))).toMatchObject({ kind: "unknown", code: "no-records-yet" });
  });

  it.each([
    [1.499, 10],
    [1.5, 10],
    [1.501, 21.501],
  ])("takes records of a second that are %f s apart for a stretch that begins at %f", (apart, from) => {
    const made = [...seconds(10, 21), ...seconds(0, 9).map((item) => ({ seconds: item.seconds + 20 + apart }))];
    expect(look(made)).toMatchObject({ covered: { from: at(from) } });
  });

  it.each([
    [60, 60, 60.5, true],
    [60, 60, 60.501, false],
    // By the one way to stamp they touch, by the other there are 59 seconds that nobody has seen.
    [60, 1, 60, false],
    [1, 60, 60, false],
    [60, 1, 2.5, true],
    [60, 1, 2.501, false],
    [0, 1, 1.5, true],
    [0, 0, 0.5, true],
    [0, 0, 0.501, false],
  ])("a record of %f s and one of %f s after %f s are one stretch: %s", (a, b, apart, joined) => {
    const made = [
      { seconds: 100, elapsed: a, vcpu: 0 },
      { seconds: 100 + apart, elapsed: b, vcpu: 0 },
    ];
    expect(look(made)).toMatchObject({ covered: { from: joined ? at(100) : at(100 + apart), until: at(100 + apart) } });
  });

  it.each([
    [0.0199, null],
    [0.02, at(51)],
    [0.0201, at(51)],
  ])("takes a record of %f vCPU for work until %s", (vcpu, lastBusyAt) => {
    const made = [...seconds(10, 100)].map((item) => (item.seconds === 50 ? { ...item, vcpu } : item));
    // Half a second more, by which stamps are off at most.
    expect(look(made)).toMatchObject({
      lastBusyAt,
      quietSince: lastBusyAt === null ? at(10) : plusMs(lastBusyAt, 500),
    });
  });

  it.each([
    [0, null],
    [0.0189, null],
    [0.01901, at(52)],
  ])(
    "adds a record of no length with %f of a vCPU-second to the seconds beside it, which work until %s",
    (vcpu, busy) => {
      expect(look([...seconds(10, 100), { seconds: 50.5, elapsed: 0, vcpu }])).toMatchObject({ lastBusyAt: busy });
    },
  );

  it.each([
    [1.5, null],
    [1.501, at(101.501)],
  ])("takes a record of no length for work of its own where the next second is %f s away", (apart, lastBusyAt) => {
    const made = [
      { seconds: 100, vcpu: 0 },
      { seconds: 100 + apart, elapsed: 0, vcpu: 0.001 },
    ];
    expect(look(made)).toMatchObject({ lastBusyAt });
  });

  it("is not quiet where the last record works, of whatever length", () => {
    expect(look([...seconds(10, 100), { seconds: 100, vcpu: 1 }])).toMatchObject({ quietSince: null });
    expect(look([...seconds(10, 100), { seconds: 100, elapsed: 0, vcpu: 0.1 }])).toMatchObject({
      quietSince: null,
      lastBusyAt: at(100),
    });
    expect(look([...seconds(10, 100), { seconds: 99, elapsed: 0.5, vcpu: 1 }])).toMatchObject({ quietSince: null });
  });

  it("is quiet from the end of the work, by the later of the two ways to stamp", () => {
    const made = [...seconds(0, 10), { seconds: 10, elapsed: 60, vcpu: 1 }, { seconds: 70, elapsed: 60, vcpu: 0.0001 }];
    expect(look(made)).toMatchObject({ quietSince: null, lastBusyAt: at(70), covered: { until: at(70) } });
    expect(look([...made, { seconds: 130, elapsed: 60, vcpu: 0.0001 }])).toMatchObject({
      quietSince: at(70.5),
      lastBusyAt: at(70),
    });
  });

  it.each([
    [30, 40, 69],
    [29, 40, 69],
    // The latest one that is long enough, be it before islands of records that came early.
    [9, 80, 89],
    [10, 40, 69],
    // The longest where none is.
    [31, 40, 69],
  ])("of stretches, takes the latest one of %i seconds: from %i to %i", (needed, from, until) => {
    const made = [...seconds(0, 20), ...seconds(40, 70), ...seconds(80, 90), ...seconds(95, 100)];
    expect(look(made, hour, needed * 1000)).toMatchObject({ covered: { from: at(from), until: at(until) } });
  });

  it("is not quiet where an island after the stretch works", () => {
    const made = [...seconds(40, 70), { seconds: 80, vcpu: 1 }, { seconds: 81 }];
    expect(look(made, hour, 20_000)).toMatchObject({
      covered: { until: at(69) },
      quietSince: null,
      lastBusyAt: at(81),
    });
  });

  it("remembers work of an earlier stretch, and that outside of the window", () => {
    expect(look([{ seconds: 10, vcpu: 1 }, ...seconds(50, 100)])).toMatchObject({
      covered: { from: at(50) },
      quietSince: at(50),
      lastBusyAt: at(11),
    });
    expect(look([{ seconds: -1, vcpu: 1 }, ...seconds(0, 100)])).toMatchObject({
      covered: { from: at(0) },
      lastBusyAt: at(0),
    });
    expect(look([...seconds(0, 3600), { seconds: 3600, vcpu: 1 }])).toMatchObject({
      covered: { until: at(3599) },
      quietSince: null,
      lastBusyAt: at(3601),
    });
  });

  it("proves no quiet by records outside of the window", () => {
    expect(look(seconds(-100, 3700))).toMatchObject({ covered: { from: at(0), until: at(3599) } });
  });

  it.each([
    [1.4999, null],
    [1.5, at(60)],
    [1.5001, at(60)],
  ])("is that of a runaway at %f vCPU since %s", (vcpu, hotSince) => {
    expect(look([...seconds(10, 60), ...seconds(60, 100, { vcpu })])).toMatchObject({ hotSince });
  });

  it.each([
    [60, at(10)],
    [60.001, at(159.001)],
  ])("is that of a runaway over records that have not come yet, for %f s, since %s", (apart, hotSince) => {
    const islands = [...seconds(10, 100, { vcpu: 2 }), { seconds: 99 + apart, vcpu: 2 }];
    expect(look(islands, hour, 60_000)).toMatchObject({
      hotSince,
      lastRecordAt: at(99 + apart),
      covered: { until: at(99) },
    });
  });

  it("is no runaway's any more after one record below", () => {
    expect(look([...seconds(10, 100, { vcpu: 2 }), { seconds: 100, vcpu: 1 }])).toMatchObject({ hotSince: null });
  });

  it("is not interrupted as a runaway's by a record that is too short for a rate", () => {
    const made = [...seconds(10, 100, { vcpu: 2 }), { seconds: 50.5, elapsed: 0.2, vcpu: 0 }];
    expect(look(made)).toMatchObject({ hotSince: at(10) });
  });

  it("says the memory level of the last record that has one", () => {
    expect(look([...seconds(10, 20), { seconds: 20, gb: 3 }, { seconds: 20.5, elapsed: 0 }])).toMatchObject({
      memoryBytes: 3 * 2 ** 30,
    });
    expect(look([{ seconds: 20, elapsed: 0 }])).toMatchObject({ memoryBytes: null });
  });
});

it("takes no longer for many records of no length than for others", () => {
  const many = Array.from({ length: 100_000 }, (_, n) => ({ seconds: n / 100, elapsed: 0, vcpu: 0 }));
  const startedAt = performance.now();
  expect(look(many)).toMatchObject({ quietSince: at(0) });
  expect(performance.now() - startedAt).toBeLessThan(2000);
});

describe("properties of evidence of CPU", () => {
  const made = fc.array(
    fc.record({
      seconds: fc.integer({ min: -20, max: 120 }).map((half) => half / 2),
      elapsed: fc.constantFrom(0, 0.1, 0.32, 0.99, 1, 5),
      vcpu: fc.constantFrom(0, 0.0199, 0.02, 0.5, 2),
    }),
    { maxLength: 60 },
  );
  const window: Span = { from: at(0), until: at(50) };

  it("any order and any repetition say the same", () => {
    fc.assert(
      fc.property(made, fc.array(fc.nat()), (list, picks) => {
        const again = list.length === 0 ? [] : picks.map((pick) => list[pick % list.length] as Made);
        expect(look([...list, ...again].reverse(), window)).toEqual(look(list, window));
      }),
    );
  });

  it("quiet is never claimed where a record works, by either way to stamp", () => {
    fc.assert(
      fc.property(made, (list) => {
        const evidence = look(list, window);
        if (evidence.kind === "unknown" || evidence.quietSince === null) return;
        const { quietSince, covered } = evidence;
        expect(quietSince).toBeGreaterThanOrEqual(covered.from);
        expect(quietSince).toBeLessThanOrEqual(covered.until);
        for (const { seconds: t, elapsed, vcpu } of list) {
          // One of no length counts in the second beside it, which is a second and a half away at most.
          const end = elapsed === 0 ? t - 1.5 : t + elapsed;
          if (vcpu >= 0.02) expect(at(end)).toBeLessThanOrEqual(quietSince);
        }
      }),
    );
  });

  it("within what is covered, no moment is further than a second and a half from a record, by either way to stamp", () => {
    fc.assert(
      fc.property(made, fc.boolean(), (list, stampedAtEnd) => {
        const evidence = look(list, window);
        if (evidence.kind === "unknown") return;
        const spans = list
          .map(({ seconds: t, elapsed }) =>
            stampedAtEnd ? { from: at(t - elapsed), until: at(t) } : { from: at(t), until: at(t + elapsed) },
          )
          .filter(({ from, until }) => until >= evidence.covered.from && from <= evidence.covered.until)
          .toSorted((a, b) => a.from - b.from);
        let reached: number = evidence.covered.from;
        for (const { from, until } of spans) {
          expect(from - reached).toBeLessThanOrEqual(1500);
          reached = Math.max(reached, until);
        }
        expect(evidence.covered.until - reached).toBeLessThanOrEqual(1500);
      }),
    );
  });
});
