import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Unknown } from "../../core/cleanup/evidence/evidence.ts";
import { judgeRegret, type PolicyRegret, type RegretLimits } from "../../core/cleanup/regret/regret.ts";
import { type SeenSession, sessionPlaceOf } from "../../core/cleanup/regret/regret-returns.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import type { RefusedCalls } from "../../core/ports/activity.ts";
import type { StopRecord } from "../../core/ports/stops.ts";
import { done, here, intended, minutes, there } from "../stop-records/records.ts";

const limits: RegretLimits = { withinMs: 10 * 60_000, mostRate: 0.2, leastStops: 5 };
const now = minutes(600);
const tool = interpreterId("tool-VbMl9Hi8I4");

interface Stopped {
  readonly at?: number;
  readonly name?: string | null;
  readonly policy?: string;
  readonly change?: Partial<StopRecord>;
}
const stopped = (id: string, { at = 0, name = id, policy = "usual", change = {} }: Stopped = {}): StopRecord => {
  const made = intended(id, at);
  return done({ ...made, entry: { ...made.entry, name, policy: { id: policy, hash: "h" } }, ...change }, "stopped");
};
const sessionOf = (
  id: string,
  createdAt: number,
  name: string | null,
  change: Partial<SeenSession> = {},
): SeenSession => ({
  ...here,
  interpreter: tool,
  session: sessionId(id),
  name,
  createdAt: minutes(createdAt),
  timeoutSeconds: 8 * 3600,
  firstSeenAt: minutes(createdAt),
  lastSeenAt: minutes(createdAt + 1),
  goneAt: null,
  lowUsd: null,
  highUsd: null,
  costAsOf: minutes(createdAt),
  ...change,
});
/** One that ran for a quarter of an hour, and was listed until its time limit. */
const expired = (id: string, endedAt: number, name: string, change: Partial<SeenSession> = {}): SeenSession =>
  sessionOf(id, endedAt - 15, name, { timeoutSeconds: 900, lastSeenAt: minutes(endedAt - 1), ...change });
const placeOfStopped = (id: string): string => sessionPlaceOf({ ...here, interpreter: tool, session: sessionId(id) });
const called = (...at: readonly number[]): RefusedCalls => ({ kind: "known", at: at.map(minutes) });

interface Told {
  readonly stops: readonly StopRecord[];
  readonly sessions?: readonly SeenSession[];
  readonly calls?: Readonly<Record<string, RefusedCalls | Unknown>>;
}
const judged = (
  { stops, sessions = [], calls = {} }: Told,
  change: Partial<RegretLimits> = {},
  at = now,
): PolicyRegret => {
  const callsAfter = new Map<string, RefusedCalls | Unknown>(
    Object.entries(calls).map(([id, each]) => [placeOfStopped(id), each]),
  );
  const [first] = judgeRegret({ stops, sessions, callsAfter }, { ...limits, ...change }, at);
  if (first === undefined) throw new Error("nothing was judged");
  return first;
};
const regretted = (result: PolicyRegret): readonly string[] =>
  result.regrets.map(({ stop, how }) => `${stop.key.session} ${how}`);
const five = ["a", "b", "c", "d", "e"].map((id) => stopped(id));
const ten = Array.from({ length: 10 }, (_, index) => index);

describe("a stop is regretted", () => {
  it("where a call came for the session after it, and not where one came before", () => {
    expect(regretted(judged({ stops: five, calls: { a: called(-1, 0), b: called(-1, 5), c: called(300) } }))).toEqual([
      "b called",
      "c called",
    ]);
  });

  it.each([
    [-1, []],
    [0, ["a returned"]],
    [10, ["a returned"]],
    [10 + 1 / 60_000, []],
  ])("where its name came back %d minutes later", (at, expected) => {
    const back = { ...sessionOf("z", 0, "a"), createdAt: minutes(at) };
    expect(regretted(judged({ stops: five, sessions: [back] }))).toEqual(expected);
  });

  it("where records that came late say that the session worked, and once, whatever else came after it", () => {
    const of = (verdict: "wrong" | "race" | "unknown" | "clean") => ({
      aftermath: { verdict, judgedAt: minutes(80), workedAt: minutes(-30), message: "It worked." },
    });
    const stops = [
      stopped("a", { change: of("wrong") }),
      stopped("b", { change: of("race") }),
      stopped("c", { change: of("unknown") }),
      stopped("d", { change: of("clean") }),
      stopped("e", { change: of("wrong") }),
    ];
    const result = judged({ stops, sessions: [sessionOf("z", 1, "a")], calls: { a: called(2) } });
    expect(regretted(result)).toEqual(["a worked", "e worked"]);
    expect(result).toMatchObject({ judged: 5, rate: 0.4, verdict: "disarm", regrets: [{ at: minutes(-30) }, {}] });
  });

  it("once, whether it was called or its name came back or both", () => {
    const result = judged({ stops: five, sessions: [sessionOf("z", 1, "a")], calls: { a: called(2) } });
    expect(regretted(result)).toEqual(["a called"]);
    expect(result.rate).toBe(0.2);
  });

  it.each([
    ["another name", sessionOf("z", 1, "other")],
    ["no name", sessionOf("z", 1, null)],
    ["the same name of another interpreter", sessionOf("z", 1, "a", { interpreter: interpreterId("else-VbMl9Hi8I4") })],
    ["the same name in another Region", sessionOf("z", 1, "a", there)],
  ])("not where a session of %s began", (_, back) => {
    expect(regretted(judged({ stops: five, sessions: [back] }))).toEqual([]);
  });

  it("not for having no name", () => {
    const stops = five.map((stop) => ({ ...stop, entry: { ...stop.entry, name: null } }));
    expect(regretted(judged({ stops, sessions: [sessionOf("z", 1, null)] }))).toEqual([]);
  });

  it("by one session that came back, not by two", () => {
    const stops = [stopped("a", { name: "desk" }), stopped("b", { name: "desk", at: 1 }), ...five.slice(2)];
    expect(regretted(judged({ stops, sessions: [sessionOf("z", 2, "desk")] }))).toEqual(["b returned"]);
    const both = [sessionOf("y", 2, "desk"), sessionOf("z", 3, "desk")];
    expect(regretted(judged({ stops, sessions: both })).toSorted()).toEqual(["a returned", "b returned"]);
  });
});

describe("names that come back by themselves", () => {
  const stops = ten.map((n) => stopped(`s${n}`, { at: n * 20, name: "worker" }));
  const back = (count: number) => ten.slice(0, count).map((n) => sessionOf(`n${n}`, n * 20 + 1 + n / 10, "worker"));
  /** Sessions that ended by their time limit, of which so many were followed by one of their name. */
  const past = (ended: number, followed: number) => [
    ...Array.from({ length: ended }, (_, n) => expired(`old${n}`, -1000 - n * 40, `batch-${n}`)),
    ...Array.from({ length: followed }, (_, n) => sessionOf(`new${n}`, -1000 - n * 40 + 5, `batch-${n}`)),
  ];

  it.each([
    // Of 20 that ended half came back: of ten 5 will, and up to 8 by chance (two standard deviations).
    ["as often as that", 20, 10, 5, 0],
    ["as often as chance has it", 20, 10, 8, 0],
    ["more often", 20, 10, 9, 1],
    ["though none did by itself", 20, 0, 3, 3],
    ["as all do", 20, 20, 10, 0],
    ["of whom too little is known", 9, 9, 3, 3],
    ["of whom just enough is known", 10, 10, 3, 0],
  ])("are no regret: %s", (_, ended, followed, returned, regrets) => {
    const result = judged({ stops, sessions: [...past(ended, followed), ...back(returned)] });
    expect(result.returned).toBe(returned);
    expect(result.regrets).toHaveLength(regrets);
    expect(result.expectedReturns).toBe(ended < 10 ? null : (10 * followed) / ended);
  });

  it("are regrets beyond that number, the soonest first", () => {
    const result = judged({ stops, sessions: [...past(20, 0), ...back(3)] });
    expect(result.regrets.map(({ stop }) => stop.key.session)).toEqual(["s0", "s1", "s2"]);
  });

  it("are counted after ends by the time limit alone: not after stops, nor where the caller ended it before", () => {
    const ended = (change: (n: number) => Partial<SeenSession>) =>
      ten.map((n) => expired(`old${n}`, -1000 - n * 40, `batch-${n}`, change(n)));
    const expectedOf = (sessions: readonly SeenSession[], more: readonly StopRecord[] = []) =>
      judged({ stops: [...stops, ...more], sessions }).expectedReturns;
    expect(expectedOf(ended(() => ({})))).toBe(0);
    expect(expectedOf(ended((n) => (n === 0 ? { lastSeenAt: minutes(-1012) } : {})))).toBeNull();
    expect(expectedOf(ended((n) => (n === 0 ? { timeoutSeconds: null } : {})))).toBeNull();
    expect(expectedOf(ended((n) => (n === 0 ? { name: null } : {})))).toBeNull();
    expect(
      expectedOf(
        ended(() => ({})),
        [stopped("old3", { at: -1100 })],
      ),
    ).toBeNull();
    // One that ended a moment ago may still come back.
    expect(expectedOf([...ended(() => ({})).slice(1), expired("late", 595, "batch-x")])).toBeNull();
    expect(expectedOf([...ended(() => ({})).slice(1), expired("late", 590, "batch-x")])).toBe(0);
  });

  it("are those of the interpreter where enough of its sessions ended, else those of all", () => {
    const other = interpreterId("else-VbMl9Hi8I4");
    const elsewhere = (sessions: readonly SeenSession[]) =>
      sessions.map((it) => ({ ...it, interpreter: other, session: sessionId(`x${it.session}`) }));
    expect(judged({ stops, sessions: [...past(10, 0), ...elsewhere(past(30, 30))] }).expectedReturns).toBe(0);
    expect(judged({ stops, sessions: elsewhere(past(30, 15)) }).expectedReturns).toBe(5);
  });
});

describe("a policy", () => {
  const calls = (count: number) => Object.fromEntries(ten.slice(0, count).map((n) => [`s${n}`, called(500)]));
  const stops = ten.map((n) => stopped(`s${n}`));

  it.each([
    [1, "keep"],
    [2, "keep"],
    [3, "disarm"],
  ] as const)("with %i of ten stops regretted, at a limit of a fifth: %s", (count, verdict) => {
    expect(judged({ stops, calls: calls(count) })).toMatchObject({ verdict, judged: 10, rate: count / 10 });
  });

  it.each([
    [4, "too-few"],
    [5, "disarm"],
  ] as const)("is judged by five stops at least: with %i %s", (count, verdict) => {
    expect(judged({ stops: stops.slice(0, count), calls: calls(count) })).toMatchObject({ verdict });
  });

  it("is judged by what a policy stopped: not by what a person did, what failed, or what had ended", () => {
    const byHand = stopped("h", { change: { override: { by: "on call", reason: "it burns", protection: null } } });
    const others = (["failed", "already-gone", "abandoned", "intended"] as const).map((state) => ({
      ...stopped(state),
      state,
    }));
    const callsOfAll = Object.fromEntries([byHand, ...others].map(({ key }) => [key.session, called(500)]));
    expect(judged({ stops: [...stops, byHand, ...others], calls: callsOfAll })).toMatchObject({
      judged: 10,
      regrets: [],
    });
  });

  it("is judged by itself", () => {
    const all = [...stops, ...["p", "q"].map((id) => stopped(id, { policy: "strict" }))];
    const facts = { stops: all, sessions: [], callsAfter: new Map([[placeOfStopped("p"), called(500)]]) };
    expect(judgeRegret(facts, limits, now).map(({ policy, judged: count, rate }) => [policy, count, rate])).toEqual([
      ["strict", 2, 0.5],
      ["usual", 10, 0],
    ]);
  });

  it("is judged by a session's whole key: the same id on another interpreter or in another Region is another's", () => {
    const [first, ...others] = stops;
    if (first === undefined) throw new Error("no stop");
    const elsewhere = [
      { ...first.key, interpreter: interpreterId("else-VbMl9Hi8I4") },
      { ...first.key, ...there },
    ];
    const callsAfter = new Map(elsewhere.map((key) => [sessionPlaceOf(key), called(500)]));
    const [own] = judgeRegret({ stops: [first, ...others], sessions: [], callsAfter }, limits, now);
    expect(own).toMatchObject({ regrets: [], callsUnknown: 10 });
    // Nor does a stop there take a session that ended by its time limit here for one that was stopped.
    const past = ten.map((n) => expired(`s${n}`, -1000 - n * 40, `batch-${n}`, there));
    expect(judged({ stops, sessions: past }).expectedReturns).toBe(0);
  });

  it("waits for stops of a moment ago, but for those that are regretted already", () => {
    const recent = ten.map((n) => stopped(`s${n}`, { at: 591 }));
    expect(judged({ stops: recent })).toMatchObject({ judged: 0, pending: 10, rate: null, verdict: "too-few" });
    const result = judged({ stops: recent, sessions: [sessionOf("z", 592, "s0")], calls: { s1: called(593) } });
    expect(result).toMatchObject({ judged: 2, pending: 8 });
    expect(judged({ stops: recent }, {}, minutes(601))).toMatchObject({ judged: 10, pending: 0 });
  });

  it("says of how many stops nothing tells whether they were called", () => {
    const unknown: Unknown = { kind: "unknown", code: "no-call-logs", message: "Turn them on." };
    expect(judged({ stops, calls: { s0: called(), s1: unknown } }).callsUnknown).toBe(9);
  });

  it("is judged alike in whatever order facts come, and never better for one more call", () => {
    const anyWorld = fc.record({
      stops: fc.uniqueArray(
        fc.record({ id: fc.nat(30), at: fc.integer({ min: 0, max: 620 }), name: fc.nat(4), isCalled: fc.boolean() }),
        {
          selector: ({ id }) => id,
          minLength: 1,
          maxLength: 20,
        },
      ),
      sessions: fc.array(
        fc.record({ at: fc.integer({ min: -300, max: 620 }), name: fc.nat(4), isExpired: fc.boolean() }),
        { maxLength: 60 },
      ),
    });
    fc.assert(
      fc.property(anyWorld, fc.nat(), (world, pick) => {
        const all = world.stops.map(({ id, at, name }) => stopped(`s${id}`, { at, name: `n${name}` }));
        const sessions = world.sessions.map(({ at, name, isExpired }, n) =>
          isExpired ? expired(`x${n}`, at, `n${name}`) : sessionOf(`x${n}`, at, `n${name}`),
        );
        const own = Object.fromEntries(
          world.stops.filter(({ isCalled }) => isCalled).map(({ id }) => [`s${id}`, called(1000)]),
        );
        const result = judged({ stops: all, sessions, calls: own });
        const same = judged({ stops: all.toReversed(), sessions: sessions.toReversed(), calls: own });
        expect({ ...same, regrets: regretted(same).toSorted() }).toEqual({
          ...result,
          regrets: regretted(result).toSorted(),
        });
        expect(result.judged + result.pending).toBe(all.length);
        expect(new Set(result.regrets.map(({ stop }) => stop.id)).size).toBe(result.regrets.length);
        expect(result.rate === null || (result.rate >= 0 && result.rate <= 1)).toBe(true);
        expect(result.regrets.length).toBeLessThanOrEqual(result.judged);
        expect(result.verdict === "disarm").toBe(result.judged >= 5 && (result.rate ?? 0) > 0.2);
        const more = { ...own, [`s${world.stops[pick % world.stops.length]?.id}`]: called(1000) };
        const worse = judged({ stops: all, sessions, calls: more });
        expect(worse.regrets.filter(({ how }) => how === "called").length).toBeGreaterThanOrEqual(
          Object.keys(own).length,
        );
      }),
      { numRuns: 300 },
    );
  });
});
