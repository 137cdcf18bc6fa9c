import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CallReading, evidenceOfCalls, evidenceOfMinutes } from "../../core/cleanup/evidence/call-evidence.ts";
import { instant, plusMs } from "../../core/kernel/instant.ts";

const start = instant(Date.parse("2026-11-20T12:00:00Z"));
const minute = (n: number) => plusMs(start, n * 60_000);
const span = (from: number, until: number) => ({ from: minute(from), until: minute(until) });
const reading = (changes: Partial<CallReading> = {}): CallReading => ({
  asOf: minute(125),
  of: "interpreter",
  window: span(0, 125),
  completeUntil: minute(120),
  stamp: "start",
  ...changes,
});
const counted = (...minutes: readonly number[]) => minutes.map((n) => ({ minuteAt: minute(n), count: 2 }));

describe("evidence of very many calls", () => {
  const made = (count: number) =>
    evidenceOfCalls(
      Array.from({ length: count }, (_, n) => ({ startAt: plusMs(start, n * 20), endAt: plusMs(start, n * 20 + 10) })),
      reading({ of: "session" }),
    ).maybeInFlight;

  it.each([
    [499, 499, 10],
    [500, 500, 10],
    [501, 500, 30],
    [502, 500, 50],
    [200_000, 500, 3_990_010],
  ])("of %i has %i spans, of which the first ends after %i ms", (count, spans, firstUntilMs) => {
    const kept = made(count);
    expect(kept).toHaveLength(spans);
    expect(kept[0]).toEqual({ from: start, until: plusMs(start, firstUntilMs) });
    expect(kept[1]?.from).toBe(plusMs(start, firstUntilMs + 10));
    expect(kept.at(-1)).toEqual({
      from: plusMs(start, (count - 1) * 20),
      until: plusMs(start, (count - 1) * 20 + 10),
    });
  });

  it("is in flight at each moment at which one of them was", () => {
    const anyCalls = fc.array(
      fc.record({ at: fc.integer({ min: 0, max: 100_000 }), ms: fc.integer({ min: 1, max: 9 }) }),
      {
        minLength: 600,
        maxLength: 2000,
      },
    );
    fc.assert(
      fc.property(anyCalls, (calls) => {
        const spans = evidenceOfCalls(
          calls.map(({ at, ms }) => ({ startAt: plusMs(start, at), endAt: plusMs(start, at + ms) })),
          reading({ of: "session" }),
        ).maybeInFlight;
        for (const { at, ms } of calls) {
          expect(spans.some(({ from, until }) => from <= start + at && until >= start + at + ms)).toBe(true);
        }
        expect(spans.every(({ from }, n) => n === 0 || from > (spans[n - 1]?.until ?? 0))).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});

describe("evidence of calls by counted minutes", () => {
  it.each([
    ["start", [span(60, 76)], minute(120), minute(15)],
    ["completion", [span(45, 61)], minute(105), minute(0)],
    ["unknown", [span(45, 76)], minute(105), minute(15)],
  ] as const)(
    "stamped at %s, a call may have been in flight on the side that its stamp leaves open",
    (stamp, spans, i, from) => {
      expect(evidenceOfMinutes(counted(60), reading({ stamp }))).toEqual({
        kind: "known",
        asOf: minute(125),
        of: "interpreter",
        window: { from, until: minute(125) },
        inFlightUntil: i,
        maybeInFlight: spans,
      });
    },
  );

  it("takes a minute without calls for none, and one that is not known for one with calls", () => {
    const minutes = [
      { minuteAt: minute(10), count: 0 },
      { minuteAt: minute(60), count: null },
    ];
    expect(evidenceOfMinutes(minutes, reading()).maybeInFlight).toEqual([span(60, 76)]);
  });

  it("tells calls after the horizon too", () => {
    const { maybeInFlight, inFlightUntil } = evidenceOfMinutes(counted(122), reading({ stamp: "completion" }));
    expect(inFlightUntil).toBe(minute(105));
    expect(maybeInFlight).toEqual([span(107, 123)]);
  });

  it.each([
    [75, [span(60, 91)]],
    [76, [span(60, 92)]],
    [77, [span(60, 76), span(77, 93)]],
  ])("joins what touches: minutes 60 and %i", (other, spans) => {
    expect(evidenceOfMinutes(counted(other, 60), reading()).maybeInFlight).toEqual(spans);
  });

  it("keeps the end of a call that outlasts one that began later", () => {
    const calls = [
      { startAt: minute(20), endAt: minute(30) },
      { startAt: minute(22), endAt: minute(24) },
    ];
    expect(evidenceOfCalls(calls, reading()).maybeInFlight).toEqual([span(20, 30)]);
  });

  it("knows nothing beyond what was read", () => {
    expect(evidenceOfMinutes([], reading({ completeUntil: minute(130) })).inFlightUntil).toBe(minute(125));
  });
});

describe("evidence of calls one by one", () => {
  it("has a call in flight from its start to its end, and one without an end for as long as a call can last", () => {
    const calls = [
      { startAt: minute(100), endAt: null },
      { startAt: minute(20), endAt: minute(22) },
    ];
    expect(evidenceOfCalls(calls, reading({ of: "session", stamp: "completion" }))).toMatchObject({
      of: "session",
      inFlightUntil: minute(105),
      maybeInFlight: [span(20, 22), span(100, 115)],
    });
  });

  it("loses no call that took no time, nor one whose end is stamped before its start", () => {
    const calls = [
      { startAt: minute(20), endAt: minute(20) },
      { startAt: minute(41), endAt: minute(40) },
    ];
    expect(evidenceOfCalls(calls, reading()).maybeInFlight).toEqual([
      { from: minute(20), until: plusMs(minute(20), 1) },
      span(40, 41),
    ]);
  });
});

describe("properties of evidence of calls", () => {
  const second = (n: number) => plusMs(start, n * 1000);
  const calls = fc.array(
    fc.record({ startS: fc.integer({ min: -1000, max: 7200 }), tookS: fc.integer({ min: 0, max: 900 }) }),
    { maxLength: 12 },
  );

  it("whatever the stamp is in truth, no moment with a call in flight is shown as free within the window up to i", () => {
    const stamps = fc.constantFrom("start", "completion");
    fc.assert(
      fc.property(calls, stamps, fc.boolean(), fc.nat({ max: 7200 }), (list, truth, told, momentS) => {
        const stampS = (call: (typeof list)[number]): number =>
          truth === "start" ? call.startS : call.startS + call.tookS;
        const window = { from: second(0), until: second(7200) };
        const seen = list.filter((call) => stampS(call) >= 0 && stampS(call) < 7200);
        const minutes = seen.map((call) => ({ minuteAt: minute(Math.floor(stampS(call) / 60)), count: 1 }));
        const {
          maybeInFlight,
          inFlightUntil,
          window: known,
        } = evidenceOfMinutes(minutes, {
          ...reading(),
          window,
          completeUntil: window.until,
          stamp: told ? truth : "unknown",
        });
        const moment = second(momentS);
        if (moment < known.from || moment >= inFlightUntil) return;
        const inFlight = list.some(({ startS, tookS }) => second(startS) <= moment && moment < second(startS + tookS));
        const shown = maybeInFlight.some(({ from, until }) => from <= moment && moment < until);
        if (inFlight) expect(shown).toBe(true);
      }),
    );
  });

  it("spans are in order and disjoint, in whatever order the calls come", () => {
    fc.assert(
      fc.property(calls, (list) => {
        const exact = list.map(({ startS, tookS }) => ({ startAt: second(startS), endAt: second(startS + tookS) }));
        const { maybeInFlight } = evidenceOfCalls(exact, reading());
        for (const [i, { from, until }] of maybeInFlight.entries()) {
          expect(until).toBeGreaterThan(from);
          expect(from).toBeGreaterThan(maybeInFlight[i - 1]?.until ?? Number.NEGATIVE_INFINITY);
        }
        expect(evidenceOfCalls(exact.toReversed(), reading()).maybeInFlight).toEqual(maybeInFlight);
      }),
    );
  });
});
