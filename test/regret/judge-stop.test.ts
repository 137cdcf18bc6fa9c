import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinColumns, usageColumnsOf } from "../../core/billing/usage-columns.ts";
import type { CallEvidence, Span, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { judgeStop, type StopTraces } from "../../core/cleanup/regret/judge-stop.ts";
import { type Instant, plusMs } from "../../core/kernel/instant.ts";
import { done, intended, minutes } from "../stop-records/records.ts";

const idleAfterMs = 15 * 60_000;
const horizon = minutes(-20);
const stop = done(intended("a", 0), "stopped");
const terms = { horizon, idleAfterMs, idleVcpu: 0.02 };
const unknown: Unknown = { kind: "unknown", code: "no-usage-logs", message: "Its usage logs are off." };
const later = minutes(80);

/** A record each second from 40 minutes before the stop on, of which those that are `busy` work. */
function usageOf(busy: (at: Instant) => boolean, has: (at: Instant) => boolean = () => true) {
  const rows = [];
  for (let at = minutes(-40); at < minutes(1); at = plusMs(at, 1000)) {
    if (has(at)) rows.push({ at, elapsedSeconds: 1, vcpuHours: (busy(at) ? 0.5 : 0.001) / 3600, gbHours: 0.1 / 3600 });
  }
  return { kind: "known", rows: usageColumnsOf(rows) } as const;
}
const callsOf = (spans: readonly Span[], change: Partial<CallEvidence> = {}): CallEvidence => ({
  kind: "known",
  asOf: later,
  of: "session",
  window: { from: minutes(-60), until: minutes(20) },
  inFlightUntil: minutes(5),
  maybeInFlight: spans,
  ...change,
});
const quiet = usageOf(() => false);
const none = callsOf([]);
const judged = (traces: Partial<StopTraces>) => judgeStop(stop, terms, { usage: quiet, calls: none, ...traces }, later);
const secondsAfter = (base: Instant, seconds: number): Instant => plusMs(base, seconds * 1000);

describe("a stop, held against the records that came later", () => {
  it("is clean where records without a gap and all calls show no work", () => {
    expect(judged({})).toEqual({ verdict: "clean", judgedAt: later, workedAt: null, message: null });
  });

  it.each([
    // The idleAfter before the horizon begins at minute -35.
    ["at its very beginning", secondsAfter(minutes(-35), 0), "clean"],
    ["a second after its beginning", secondsAfter(minutes(-35), 1), "wrong"],
    ["a second before the horizon", secondsAfter(horizon, -1), "wrong"],
    ["at the horizon", secondsAfter(horizon, 0), "race"],
    ["a second after the horizon", secondsAfter(horizon, 1), "race"],
    ["a second before the stop", secondsAfter(minutes(0), -1), "race"],
    // Stamped at its end, it is of the second before.
    ["at the stop", secondsAfter(minutes(0), 0), "race"],
    ["a second after the stop", secondsAfter(minutes(0), 1), "clean"],
  ])("whose session has a record of work %s is so", (_, at, verdict) => {
    const found = judged({ usage: usageOf((each) => each === at) });
    expect(found.verdict).toBe(verdict);
    expect(found.workedAt).toBe(verdict === "clean" ? null : at);
  });

  it("is wrong where it worked on either side of the horizon, and says when, up to where and of which time", () => {
    const at = secondsAfter(horizon, -90);
    const found = judged({ usage: usageOf((each) => each === at || each > horizon) });
    expect(found).toMatchObject({ verdict: "wrong", workedAt: at });
    expect(found.message).toMatch(/^It worked at 2026-11-20T11:38:30\.000Z, in the 15 min before 2026-11-20T11:40:00/);
  });

  it.each([
    ["in flight over the horizon", [-30, -19], "wrong"],
    ["begun after the horizon, and in flight at the stop", [-5, 3], "race"],
    ["over before the time that counts", [-50, -35], "clean"],
    ["begun at the stop", [0, 4], "clean"],
    ["of which one moment is known alone, that may be in it", [-45, -15], "unknown"],
  ])("with a call of its own %s is so", (_, [from = 0, until = 0], verdict) => {
    expect(judged({ calls: callsOf([{ from: minutes(from), until: minutes(until) }]) }).verdict).toBe(verdict);
  });

  it("is not known where its interpreter was called, and is where it was not", () => {
    const call = { from: minutes(-10), until: minutes(-5) };
    expect(judged({ calls: callsOf([call], { of: "interpreter" }) })).toMatchObject({
      verdict: "unknown",
      message: expect.stringContaining("Its interpreter may have been called"),
    });
    expect(judged({ calls: callsOf([], { of: "interpreter" }) }).verdict).toBe("clean");
  });

  it.each<[string, Partial<StopTraces>, string]>([
    ["no records", { usage: unknown }, "Its usage logs are off."],
    [
      "no record that has come",
      {
        usage: usageOf(
          () => false,
          () => false,
        ),
      },
      "No usage record of it has come.",
    ],
    [
      "a hole after the horizon",
      {
        usage: usageOf(
          () => false,
          (at) => at < minutes(-10) || at > minutes(-9),
        ),
      },
      "a hole",
    ],
    [
      "a hole before it",
      {
        usage: usageOf(
          () => false,
          (at) => at < minutes(-30) || at > minutes(-29),
        ),
      },
      "a hole",
    ],
    [
      "no first records",
      {
        usage: usageOf(
          () => false,
          (at) => at > minutes(-34),
        ),
      },
      "a hole from 2026-11-20T11:25",
    ],
    [
      "no last records",
      {
        usage: usageOf(
          () => false,
          (at) => at < minutes(-1),
        ),
      },
      "to 2026-11-20T12:00",
    ],
    ["no calls that are known", { calls: unknown }, "Its usage logs are off."],
    ["calls up to before the stop", { calls: callsOf([], { inFlightUntil: minutes(-1) }) }, "Calls are known from"],
    [
      "calls from after the beginning",
      { calls: callsOf([], { window: { from: minutes(-34), until: minutes(20) } }) },
      "Calls",
    ],
  ])("is not known to be clean with %s", (_, traces, said) => {
    expect(judged(traces)).toMatchObject({ verdict: "unknown", message: expect.stringContaining(said) });
  });

  it("is not known to be clean where a long record may hide a second of work", () => {
    const at = minutes(-10);
    const { rows } = usageOf(
      () => false,
      (each) => each < at || each >= plusMs(at, 30_000),
    );
    const long = { at, elapsedSeconds: 30, vcpuHours: 0.1 / 3600, gbHours: 3 / 3600 };
    const usage = { kind: "known", rows: joinColumns([rows, usageColumnsOf([long])]) } as const;
    expect(judged({ usage })).toMatchObject({ verdict: "unknown", message: expect.stringContaining("may hide work") });
  });

  it("is a race whatever is missing beside the work that is seen", () => {
    const usage = usageOf(
      (at) => at === minutes(-3),
      (at) => at < minutes(-10) || at > minutes(-9),
    );
    expect(judged({ usage, calls: unknown }).verdict).toBe("race");
    expect(judged({ usage: unknown, calls: callsOf([{ from: minutes(-3), until: minutes(-2) }]) }).verdict).toBe(
      "race",
    );
  });

  it("has the same verdict in whatever order and how often records come, and more of them never hide work", () => {
    const rank = { clean: 0, unknown: 0, race: 1, wrong: 2 };
    const seconds = fc.uniqueArray(fc.integer({ min: -2400, max: -1 }), { maxLength: 4 });
    fc.assert(
      fc.property(seconds, seconds, (busy, missing) => {
        const isBusy = new Set(busy.map((second) => secondsAfter(minutes(0), second)));
        const isMissing = new Set(missing.map((second) => secondsAfter(minutes(0), second)));
        const all = usageOf((at) => isBusy.has(at));
        const some = usageOf(
          (at) => isBusy.has(at),
          (at) => !isMissing.has(at),
        );
        const { rows } = all;
        const order = Array.from({ length: rows.length }, (_, row) => rows.length - 1 - row).flatMap((row) => [
          row,
          row,
        ]);
        const shuffled = {
          length: order.length,
          at: Float64Array.from(order, (row) => rows.at[row] ?? 0),
          elapsedSeconds: Float64Array.from(order, (row) => rows.elapsedSeconds[row] ?? 0),
          vcpuHours: Float64Array.from(order, (row) => rows.vcpuHours[row] ?? 0),
          gbHours: Float64Array.from(order, (row) => rows.gbHours[row] ?? 0),
        };
        expect(judged({ usage: { kind: "known", rows: shuffled } })).toEqual(judged({ usage: all }));
        expect(rank[judged({ usage: some }).verdict]).toBeLessThanOrEqual(rank[judged({ usage: all }).verdict]);
      }),
      { numRuns: 40 },
    );
  });
});
