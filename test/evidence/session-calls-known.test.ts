import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { agreedSpan } from "../../adapters/aws/session-calls-agree.ts";
import { knownSpan } from "../../adapters/aws/session-calls-known.ts";
import { instant } from "../../core/kernel/instant.ts";

const minuteMs = 60_000;
const at = (minutes: number) => instant(Math.round(minutes * minuteMs));
const counted = (counts: readonly (number | null)[]) => counts.map((count, n) => ({ minuteAt: at(n), count }));
const agreed = (counts: readonly (number | null)[], times: readonly number[], until = counts.length) =>
  agreedSpan(
    counted(counts),
    times.map((minutes) => minutes * minuteMs),
    at(0),
    at(until),
  );
const span = (from: number, until: number) => ({ from: at(from), until: at(until) });

describe("the stretch in which single calls are all that are counted", () => {
  it.each([
    ["all of it, where nothing is counted and nothing told", [0, 0, 0, 0], [], span(0, 4)],
    ["all of it, where each minute has as many", [2, 0, 1, 0], [0.3, 0.5, 2.5], span(0, 4)],
    ["what comes after a call that nobody tells of", [0, 1, 0, 0], [], span(2, 4)],
    ["what comes after a call that nobody counts", [0, 0, 0, 0], [1.5], span(2, 4)],
    ["what comes after a minute that is not known", [0, null, 0, 0], [], span(2, 4)],
    ["what comes before a call that is told late", [0, 0, 0, 1], [], span(0, 3)],
    ["no minute, where the calls of the last one differ, and of those before", [1, 1, 1, 1], [], null],
    ["no minute that another one makes up for", [1, 0, 0, 1], [0.5, 2.5], span(0, 2)],
  ])("is %s", (_, counts, times, expected) => {
    expect(agreed(counts, times)).toEqual(expected);
  });

  it.each([
    [250, 1],
    [249, 2],
    [0, 2],
    [-250, 2],
    [-251, 1],
  ])("takes a call %i ms from an edge for one of %i minutes", (offsetMs, minutesOfIt) => {
    const times = [2 + offsetMs / minuteMs];
    const whole = [agreed([0, 1, 0, 0], times), agreed([0, 0, 1, 0], times)].filter(
      (each) => each !== null && each.from === at(0) && each.until === at(4),
    );
    expect(whole).toHaveLength(minutesOfIt);
  });

  it("neither begins nor ends at an edge that a call is close to: one too few would not show", () => {
    expect(agreed([0, 0, 1], [3.001])).toEqual(span(0, 2));
    expect(agreed([0, 0, 1], [2.999])).toEqual(span(0, 2));
    expect(agreed([1, 0, 0], [-0.001])).toEqual(span(1, 3));
  });

  it("goes back from its end for as long as calls can be in flight, and no longer", () => {
    const quiet = Array.from({ length: 20 }, () => 0);
    expect(agreed([...quiet, ...Array.from({ length: 15 }, () => 1)], [])).toEqual(span(0, 20));
    expect(agreed([...quiet, ...Array.from({ length: 16 }, () => 1)], [])).toBeNull();
  });
});

/** Calls in truth, of which some are never recorded, as a metric of each kind counts them. */
const anyCalls = fc.array(
  fc.record({
    startAt: fc.integer({ min: -20 * minuteMs, max: 118 * minuteMs }),
    tookMs: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 15 * minuteMs })),
    isLost: fc.boolean(),
  }),
  { maxLength: 40 },
);

describe("what is known of single calls", () => {
  const now = at(120);
  const latest = at(100);
  const world = (
    calls: readonly { startAt: number; tookMs: number; isLost: boolean }[],
    kind: "start" | "completion",
  ) => {
    const all = calls.map((call) => ({ ...call, endAt: call.startAt + call.tookMs }));
    const stampOf = (call: (typeof all)[number]) => (kind === "start" ? call.startAt : call.endAt);
    const minutes = Array.from({ length: 115 }, (_, n) => ({
      minuteAt: at(n),
      count: all.filter((call) => Math.floor(stampOf(call) / minuteMs) === n).length,
    }));
    const told = all
      .filter(({ isLost, endAt }) => !isLost && endAt <= now - 5 * minuteMs)
      .map(({ startAt, endAt }) => ({ counted: { start: instant(startAt), completion: instant(endAt) } }));
    return { all, told, counts: { minutes, window: { from: at(0), until: now }, completeUntil: at(115) } };
  };
  type Kind = "start" | "completion";
  const kinds = fc.constantFrom<Kind>("start", "completion");

  it("holds every call that was in flight in it, where the metric's stamp is known", () => {
    fc.assert(
      fc.property(anyCalls, kinds, (calls, kind) => {
        const { all, told, counts } = world(calls, kind);
        const known = knownSpan(counts, told, kind, latest);
        const missed = all.filter((call) => call.isLost && known !== null && isIn(call, known));
        expect(missed).toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it("holds every call where the stamp is not known", () => {
    fc.assert(
      fc.property(anyCalls, kinds, (calls, kind) => {
        const { all, told, counts } = world(calls, kind);
        const known = knownSpan(counts, told, "unknown", latest);
        const missed = all.filter((call) => call.isLost && known !== null && isIn(call, known));
        expect(missed).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it("takes the one kind of stamp that a call does not refute, and both where none does", () => {
    const divided = { startAt: at(60.5), tookMs: minuteMs, isLost: false };
    const short = { startAt: at(60.5), tookMs: 1000, isLost: false };
    const knownOf = (call: typeof divided, kind: Kind) => {
      const { told, counts } = world([call], kind);
      return knownSpan(counts, told, "unknown", latest);
    };
    expect(knownOf(divided, "start")).toEqual(span(15, 100));
    expect(knownOf(divided, "completion")).toEqual(span(0, 100));
    expect(knownOf(short, "start")).toEqual(span(15, 100));
    expect(knownOf(short, "completion")).toEqual(span(15, 100));
  });

  it.each([
    // What the metric counts as it begins was in flight from 60 to 75, and nobody tells of it.
    ["ends after the metric does", 50.5, 115.5],
    ["ends after now", 50.5, 180],
    ["lasts longer than a call can", 44.4, 60.5],
  ])("is not more for a call that %s: it refutes no kind of stamp", (_, from, until) => {
    const { counts } = world([{ startAt: at(60), tookMs: 15 * minuteMs, isLost: true }], "start");
    const odd = { counted: { start: at(from), completion: at(until) } };
    const known = knownSpan(counts, [odd], "unknown", latest);
    expect(known === null || known.from >= at(75) || known.until <= at(60)).toBe(true);
  });

  it("is nothing where a call refutes both", () => {
    const { told, counts } = world([{ startAt: at(60.5), tookMs: minuteMs, isLost: false }], "start");
    const none = counts.minutes.map(({ minuteAt }) => ({ minuteAt, count: 0 }));
    expect(knownSpan({ ...counts, minutes: none }, told, "unknown", latest)).toBeNull();
  });

  it("is all that can be, where no call is lost", () => {
    fc.assert(
      fc.property(anyCalls, kinds, (calls, kind) => {
        const { told, counts } = world(
          calls
            .filter(({ startAt, tookMs }) => startAt + tookMs < 99 * minuteMs)
            .map((call) => ({ ...call, isLost: false })),
          kind,
        );
        const isClear = told.every((call) => [0, 100].every((edge) => Math.abs(call.counted[kind] - at(edge)) > 250));
        fc.pre(isClear);
        expect(knownSpan(counts, told, kind, latest)).toEqual(kind === "start" ? span(15, 100) : span(0, 100));
      }),
      { numRuns: 1000 },
    );
  });

  const isIn = (call: { startAt: number; endAt: number }, { from, until }: { from: number; until: number }) =>
    call.startAt < until && Math.max(call.endAt, call.startAt + 1) > from;
});
