import { describe, expect, it } from "vitest";
import { replaySession } from "../../core/cleanup/backtest/backtest-session.ts";
import { piecesOf } from "../../core/cleanup/backtest/backtest-timeline.ts";
import type { BacktestSettings, PastSession, Replayed } from "../../core/cleanup/backtest/backtest-types.ts";
import type { Policy, PolicySet } from "../../core/cleanup/policy/policy.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import { callOf, m, minuteMs, pastSession, policy, setOf, settings, usageOf } from "./made.ts";

function replay(past: PastSession, set: PolicySet = setOf(), change: Partial<BacktestSettings> = {}): Replayed {
  const own = settings(change);
  const pieces =
    past.usage === null
      ? null
      : piecesOf(past.usage, own, past.session.id, own.lag.atTeardown === "all" ? past.end.earliest : null);
  return replaySession(past, pieces, set, own);
}

const stopOf = (replayed: Replayed) => {
  if (replayed.kind !== "stop") throw new Error(`it was kept: ${replayed.reason}`);
  return replayed;
};
const reasonOf = (replayed: Replayed): string => replayed.reason;
const oneMinute = { sweepEveryMs: minuteMs };

describe("a would-be stop", () => {
  it("is made by the first sweep that can know of enough idleness, and frees what was left of the life", () => {
    const stop = stopOf(replay(pastSession(), setOf(), oneMinute));
    // Work ends with minute 2; 15 minutes later is 17; records are known 20 minutes and a batch later.
    expect([m(38), m(39)]).toContain(stop.at);
    expect(stop).toMatchObject({ basis: "proved", verdict: "right", isRace: false, reason: "idle-observed" });
    expect(stop.horizon).toBeLessThanOrEqual(m(18.5));
    expect(stop.freedMs).toEqual({ low: m(480) - stop.at, high: m(480) - stop.at });
    const usd = stop.usd;
    if (usd === null) throw new Error("there is a price");
    // 1.5 GB at $0.00945 an hour.
    const expected = 1.5 * 0.00945 * ((m(480) - stop.at) / 3_600_000);
    expect(Number(formatUsd(usd.low))).toBeCloseTo(expected, 6);
    expect(usd.high).toEqual(usd.low);
  });

  it.each([
    { name: "a minute less of idleness between two calls", idleAfter: 30, again: 32, stops: false },
    { name: "just enough", idleAfter: 30, again: 34, stops: true },
  ])("at the threshold: $name", ({ idleAfter, again, stops }) => {
    // It works in minutes 0 to 2 and from `again` on for good.
    const busy = [
      { from: 0, until: 2 },
      { from: again, until: 480 },
    ];
    const past = pastSession({ usage: usageOf(0, 480, busy), calls: { ...pastSession().calls, calls: [] } as never });
    const replayed = replay(past, setOf({ idleAfterMs: idleAfter * minuteMs }), oneMinute);
    expect(replayed.kind).toBe(stops ? "stop" : "kept");
    if (!stops) expect(reasonOf(replayed)).toBe("active");
  });

  it.each([
    { at: 600, verdict: "right" },
    { at: 60, verdict: "false" },
  ] as const)("is $verdict where a call without CPU comes in minute $at", ({ at, verdict }) => {
    const calls = {
      kind: "session",
      window: { from: m(-30), until: m(700) },
      calls: [callOf({ from: at, until: at + 1 })],
    };
    expect(stopOf(replay(pastSession({ calls: calls as PastSession["calls"] })))).toMatchObject({ verdict });
  });

  it("is a race where work begins between the horizon and the stop, and is false only where it goes on", () => {
    const raced = (until: number) =>
      stopOf(
        replay(
          pastSession({
            usage: usageOf(0, 480, [
              { from: 0, until: 2 },
              { from: 30, until },
            ]),
          }),
          setOf(),
          oneMinute,
        ),
      );
    expect(raced(31)).toMatchObject({ isRace: true, verdict: "right" });
    expect(raced(60)).toMatchObject({ isRace: true, verdict: "false" });
  });

  it("cannot be told right where records are missing after it, nor where the session lived on after all that is recorded", () => {
    const gap = pastSession({ usage: usageOf(0, 480, [{ from: 0, until: 2 }], [{ from: 100, until: 110 }]) });
    expect(stopOf(replay(gap))).toMatchObject({ verdict: "unverified" });
    const cut = pastSession({ usage: usageOf(0, 300, [{ from: 0, until: 2 }]) });
    expect(stopOf(replay(cut))).toMatchObject({ verdict: "unverified" });
    const alive = pastSession({ end: { earliest: m(480), latest: null } });
    expect(stopOf(replay(alive, setOf(), { window: { from: m(0), until: m(480) } }))).toMatchObject({
      verdict: "unverified",
    });
  });

  it.each([
    [480, "right"],
    [479, "right"],
    [478.9, "unverified"],
    [476, "unverified"],
  ])("whose session was seen to live until minute 480 is, with records until minute %d, %s", (until, verdict) => {
    const past = pastSession({ usage: usageOf(0, until, [{ from: 0, until: 2 }]) });
    expect(stopOf(replay(past))).toMatchObject({ verdict });
  });

  it("bounds what was left by 8 hours where the time limit is not known", () => {
    const past = pastSession({
      session: { timeoutSeconds: null },
      end: { earliest: m(200), latest: null },
      usage: usageOf(0, 200, [{ from: 0, until: 2 }]),
      isWhole: false,
    });
    const stop = stopOf(replay(past));
    expect(stop.freedMs).toEqual({ low: m(200) - stop.at, high: m(480) - stop.at });
    // What came before its first record may have had up to all of a microVM's memory.
    expect(Number(formatUsd(stop.usd?.high ?? { numerator: 0n, denominator: 1n }))).toBeCloseTo(
      8 * 0.00945 * ((m(480) - stop.at) / 3_600_000),
      6,
    );
  });

  it("has no dollars without a price", () => {
    expect(stopOf(replay(pastSession(), setOf(), { prices: new Map() })).usd).toBeNull();
  });

  it("is by CPU alone where no calls are recorded, and never told right", () => {
    const past = pastSession({ calls: { kind: "none" } });
    expect(stopOf(replay(past))).toMatchObject({ basis: "cpu-alone", verdict: "unverified" });
    expect(replay(past, setOf({ evidence: "invocations" }))).toEqual({ kind: "kept", reason: "unprovable" });
  });

  it("of one over age that works is by choice, and outside of what is proved", () => {
    const past = pastSession({ usage: usageOf(0, 480, [{ from: 0, until: 480 }]) });
    const set = setOf({ maxAgeMs: 120 * minuteMs, maxAgeStopsBusy: true });
    expect(stopOf(replay(past, set))).toMatchObject({ basis: "busy-by-choice", verdict: "false", at: m(120) });
  });
});

describe("what is kept", () => {
  const records = (change: Partial<PastSession>) => replay(pastSession(change));
  const calls = (minutes: readonly number[]): PastSession["calls"] => ({
    kind: "interpreter",
    window: { from: m(-60), until: m(700) },
    minutes: Array.from({ length: 760 }, (_, n) => ({ minuteAt: m(n - 60), count: minutes.includes(n - 60) ? 1 : 0 })),
  });

  it.each<[string, Replayed, string]>([
    ["no usage logs", records({ usage: null }), "unprovable"],
    ["no record of an old session", records({ usage: usageOf(0, 0, []) }), "unprovable"],
    [
      "records at its end only",
      replay(pastSession(), setOf(), { lag: { atTeardown: "all", leastMs: 0, mostMs: 0 } }),
      "unprovable",
    ],
    ["a busy interpreter", records({ calls: calls(Array.from({ length: 80 }, (_, n) => n * 6)) }), "unprovable"],
    ["work all the time", records({ usage: usageOf(0, 480, [{ from: 0, until: 480 }]) }), "active"],
    [
      "a life between two sweeps",
      records({ end: { earliest: m(0), latest: m(0) }, session: { createdAt: m(1) } } as never),
      "not-swept",
    ],
    [
      "a protection",
      replay(pastSession(), {
        ...setOf(),
        protections: [{ match: policy().match, source: "policy", until: null, why: "x" }],
      }),
      "protected",
    ],
    ["no policy", replay(pastSession(), { ...setOf(), policies: [] }), "no-policy"],
    [
      "a short life",
      records({ end: { earliest: m(20), latest: m(20) }, usage: usageOf(0, 20, []), calls: calls([]) }),
      "unknown-activity",
    ],
  ])("%s", (_, replayed, reason) => {
    expect(replayed).toEqual({ kind: "kept", reason });
  });

  it("a quiet interpreter proves its sessions idle, though nobody knows whose its calls are", () => {
    expect(stopOf(records({ calls: calls([0, 1]) }))).toMatchObject({ basis: "proved", verdict: "right" });
    // Somebody's call after the stop may have been its own.
    expect(stopOf(records({ calls: calls([0, 1, 200]) }))).toMatchObject({ verdict: "unverified" });
  });
});

describe("the policies", () => {
  it("minAge, maxAge and skipIfExpiresWithin decide as they do in a sweep", () => {
    const at = (change: Partial<Policy>) => stopOf(replay(pastSession(), setOf(change)));
    expect(at({ minAgeMs: 90 * minuteMs }).at).toBe(m(90));
    expect(at({ maxAgeMs: 10 * minuteMs }).reason).toBe("over-age");
    const late = { skipIfExpiresWithinMs: 8 * 3_600_000 };
    expect(replay(pastSession(), setOf(late)).kind).toBe("kept");
  });
});
