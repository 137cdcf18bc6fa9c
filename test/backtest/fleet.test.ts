import { describe, expect, it } from "vitest";
import { lastWorkOf, profileOf } from "../../bench/judge-stops.ts";
import { worldUsage } from "../../bench/world-usage.ts";
import { historyOf } from "../../cli/backtest/account-history.ts";
import type { PastLives } from "../../cli/backtest/past-lives.ts";
import { type CallsOf, pastSessions } from "../../cli/backtest/past-sessions.ts";
import { pastUsage, sessionKeyText } from "../../cli/backtest/past-usage.ts";
import { type Backtest, backtest } from "../../core/cleanup/backtest/backtest.ts";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import { sessionCpu } from "../../core/jobs/sweep/evidence/session-cpu.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { cleanupFleet } from "../../local/fleet/cleanup-fleet.ts";
import type { Truth } from "../../local/truth.ts";
import { fleetWorld } from "../sweep/fleet-world.ts";
import { here } from "../sweep/lives.ts";
import { minuteMs, policy, settings } from "./made.ts";

const never = new AbortController().signal;
const hours = 9;
const passMs = 15 * minuteMs;
const set: PolicySet = {
  policies: [
    policy({ mode: "enforce", maxStopsPerPass: 100, breaker: { maxStops: 1000, maxStopsPct: 100, windowMs: 1 } }),
  ],
  protections: [],
  invocationStamp: "unknown",
};

/** Those of one account and Region, so that real sweeps and history are of the same. */
const fleet = { ...cleanupFleet(), places: cleanupFleet().places.filter(({ region }) => region === "us-east-1") };

/** The sessions that real sweeps stop in the fleet's day. */
async function swept(): Promise<readonly string[]> {
  const world = await fleetWorld(fleet as never);
  const readSessionCpu = sessionCpu(
    { usage: worldUsage(world.world), documents: world.ports.documents },
    { idleVcpu: 0.02, hotVcpu: 1.5, gb: "binary" },
  );
  for (let n = 0; n < (hours * 3_600_000) / passMs; n += 1) {
    world.advanceMinutes(passMs / minuteMs);
    await world.sweepNow({ policies: set, invocationStamp: "unknown" }, { readSessionCpu });
  }
  const records = await world.records.between(here, instant(0), world.now());
  return records.filter(({ state }) => state === "stopped").map(({ key }) => key.session);
}

/** The same day in which nobody stopped anything, replayed. */
async function replayed(): Promise<{ readonly result: Backtest; readonly truth: Truth }> {
  const world = await fleetWorld(fleet as never);
  const from = world.now();
  world.advanceMinutes(hours * 60 + 90);
  const window = { from, until: instant(from + hours * 3_600_000) };
  const past = pastUsage(null, null);
  const input = {
    usage: worldUsage(world.world),
    stamp: "unknown",
    past,
    now: world.now(),
    tell: () => undefined,
  } as const;
  // Sessions that began before the day are read from their start.
  const wide = { from: instant(from - 7_200_000), until: window.until };
  const { callsOf, problems } = await historyOf(world.clients, [here], { ...input, window: wide }, never);
  expect(problems()).toEqual([]);
  const truth = world.truth(instant(0), world.now());
  const place = world.world.place(here.account, here.region);
  const timeouts = new Map(
    [...(place?.sessions.values() ?? [])].flatMap((all) =>
      [...all.values()].map((it) => [it.id, it.timeoutSeconds] as const),
    ),
  );
  const teardown = [...(place?.interpreters.keys() ?? [])].filter((id) => id.startsWith("teardown"));
  const sessions = pastSessions(past, livesOf(truth, timeouts), callsOf as CallsOf, window);
  const [result] = backtest(
    sessions,
    [set],
    settings({
      window,
      sweepEveryMs: passMs,
      lag: { atTeardown: new Set(teardown), leastMs: 5 * minuteMs, mostMs: 55 * minuteMs },
    }),
  );
  if (result === undefined) throw new Error("there is one result");
  return { result, truth };
}

const livesOf = ({ sessions }: Truth, timeouts: ReadonlyMap<string, number>): PastLives =>
  new Map(
    sessions
      .filter(({ account, region }) => account === here.account && region === here.region)
      .map((it) => {
        const key = { ...here, interpreter: interpreterId(it.interpreter), session: sessionId(it.session) };
        const createdAt = instant(Date.parse(it.createdAt));
        const endedAt = it.endedAt === null ? null : instant(Date.parse(it.endedAt));
        const end = { earliest: endedAt ?? instant(8.64e15), latest: endedAt };
        return [
          sessionKeyText(key),
          { key, name: null, createdAt, timeoutSeconds: timeouts.get(it.session) ?? null, end },
        ] as const;
      }),
  );

describe("the embedded AWS's clean-up day", () => {
  it("would-be stops of leaks are those that real sweeps made, and none is false", async () => {
    const [real, { result, truth }] = await Promise.all([swept(), replayed()]);
    const profiles = new Map(truth.sessions.map((it) => [it.session, it]));
    const leaks = (ids: readonly string[]) =>
      ids.filter((id) => {
        const it = profiles.get(id);
        return it !== undefined && profileOf(it) === "idle-leak";
      });
    const stops = result.sessions.flatMap(({ past, replayed: each }) =>
      each.kind === "stop" ? [{ id: past.session.id as string, ...each }] : [],
    );
    expect(leaks(stops.map(({ id }) => id)).toSorted()).toEqual(leaks(real).toSorted());
    expect(leaks(real).length).toBeGreaterThan(15);
    const idle = stops.filter(({ id }) => leaks([id]).length > 0);
    expect(idle.filter(({ verdict, isRace }) => verdict === "false" || isRace)).toEqual([]);
    // What works again by itself, or is called again, is of those profiles that do.
    const again = stops.filter(({ verdict }) => verdict === "false").map(({ id }) => profiles.get(id));
    for (const it of again)
      expect(["sleeper", "returning", "bursty", "async-job", "trickle"]).toContain(it && profileOf(it));
    for (const { id, horizon } of idle) {
      const it = profiles.get(id);
      if (it !== undefined && horizon !== null) expect(lastWorkOf(it)).toBeLessThanOrEqual(horizon - 15 * minuteMs);
    }
  }, 120_000);
});
