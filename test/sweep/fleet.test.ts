import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { judgeSavings } from "../../bench/judge-savings.ts";
import { judgeStops, lastWorkOf, profileOf } from "../../bench/judge-stops.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { FleetInput } from "../../local/fleet/fleet-spec.ts";
import { truthOf } from "../../local/truth.ts";
import { fleetWorld } from "./fleet-world.ts";
import { here } from "./lives.ts";
import { inputOf, policy } from "./sweep-world.ts";

const minuteMs = 60_000;
const idleAfterMs = 15 * minuteMs;
const passMs = 15 * minuteMs;
/** All that is known of a moment is known by then, and calls a while before. */
const lagMs = 75 * minuteMs;
const hour = 3600;
const prices = priceBookOf(codeInterpreterPrices);

type Profile = "idle-leak" | "async-job" | "sleeper" | "trickle" | "steady" | "bursty" | "returning" | "hot-loop";
interface Group {
  readonly interpreter: "traced" | "silent";
  readonly profile: Profile;
  readonly at: number;
}
interface Shape {
  readonly groups: readonly Group[];
  readonly usage: "streaming" | "at-teardown";
  /** Where the records of the silent interpreter go. */
  readonly files: boolean;
  readonly stamp: "start" | "completion";
  /** Whether Sandmeter is told how calls are stamped. */
  readonly told: boolean;
  readonly recordStamp: "start" | "end";
  /** Whether calls move what a listing says of when a session was updated. */
  readonly updated: "created" | "invocation";
  /** Whether those over an age are stopped though they work. */
  readonly busyToo: boolean;
  /** Spans of its calls; else application logs, which say one moment of each. */
  readonly spans: boolean;
  readonly callLogStamp: "start" | "completion";
  readonly stopEnded: "not-found" | "conflict" | "success";
  readonly stopSettling: "at-once" | "slowly";
  readonly fault: "none" | "throttle" | "error" | "lost-answer" | "timeout-of-get";
}

const anyGroup: fc.Arbitrary<Group> = fc.oneof(
  // Nobody calls it but at the beginning, so that its calls say enough.
  fc.record({
    interpreter: fc.constant("silent" as const),
    profile: fc.constantFrom<Profile>("idle-leak", "idle-leak", "async-job", "sleeper", "trickle"),
    at: fc.integer({ min: -3600, max: 0 }),
  }),
  fc.record({
    interpreter: fc.constant("traced" as const),
    profile: fc.constantFrom<Profile>("idle-leak", "idle-leak", "steady", "bursty", "returning", "sleeper", "hot-loop"),
    at: fc.integer({ min: -3600, max: 0 }),
  }),
);

const anyShape: fc.Arbitrary<Shape> = fc.record({
  groups: fc.array(anyGroup, { minLength: 3, maxLength: 6 }),
  usage: fc.constantFrom("streaming", "streaming", "streaming", "at-teardown"),
  files: fc.boolean(),
  stamp: fc.constantFrom("start", "completion"),
  told: fc.boolean(),
  recordStamp: fc.constantFrom("start", "end"),
  updated: fc.constantFrom("created", "invocation"),
  busyToo: fc.constantFrom(false, false, true),
  spans: fc.boolean(),
  callLogStamp: fc.constantFrom("start", "completion"),
  stopEnded: fc.constantFrom("not-found", "conflict", "success"),
  stopSettling: fc.constantFrom("at-once", "slowly"),
  fault: fc.constantFrom("none", "none", "throttle", "error", "lost-answer", "timeout-of-get"),
});

/** Leaks beside a busy session whose calls can be told apart, and beside a sleeper. Run each time, so that something is stopped. */
const usual: Shape = {
  groups: [
    { interpreter: "traced", profile: "idle-leak", at: -1800 },
    { interpreter: "traced", profile: "steady", at: -600 },
    { interpreter: "silent", profile: "idle-leak", at: -2400 },
    { interpreter: "silent", profile: "sleeper", at: -1200 },
  ],
  ...{ usage: "streaming", files: false, stamp: "start", told: false, recordStamp: "end" },
  ...{ updated: "created", busyToo: false },
  ...{ spans: true, callLogStamp: "start", stopEnded: "conflict", stopSettling: "slowly", fault: "lost-answer" },
};

/** The same, where calls move what the listing says, and those over age are stopped though they work. */
const overAge: Shape = { ...usual, updated: "invocation", busyToo: true, fault: "none" };

const fleetOf = ({ groups, spans, files }: Shape): FleetInput => ({
  places: [
    {
      region: "us-east-1",
      interpreters: [
        { name: "silent", usageLogs: files ? { bucket: "usage-of-the-silent" } : true },
        { name: "traced", traces: spans, applicationLogs: !spans },
      ],
      sessions: groups.map(({ interpreter, profile, at }) => ({
        interpreter,
        profile,
        count: 1,
        createdSeconds: at,
        timeoutSeconds: 8 * hour,
      })),
    },
  ],
});

async function worldOf(shape: Shape, mode: "observe" | "enforce") {
  const world = await fleetWorld(fleetOf(shape), {
    unknowns: {
      usageDelivery: shape.usage,
      invocationStamp: shape.stamp,
      callLogStamp: shape.callLogStamp,
      recordStamp: shape.recordStamp,
      lastUpdatedAt: shape.updated,
      stopEnded: shape.stopEnded,
      stopSettling: shape.stopSettling,
    },
  });
  const stop = { operation: "StopCodeInterpreterSession", probability: 0.5, times: 8 } as const;
  if (shape.fault === "timeout-of-get") {
    await world.addFaults({ kind: "error", operation: "GetCodeInterpreterSession", probability: 0.3, times: 12 });
  } else if (shape.fault === "lost-answer") await world.addFaults({ kind: "lost-answer", ...stop, status: 500 });
  else if (shape.fault !== "none") await world.addFaults({ kind: shape.fault, ...stop });
  const invocationStamp = shape.told ? shape.stamp : ("unknown" as const);
  const over = shape.busyToo ? { maxAgeMs: 75 * minuteMs, maxAgeStopsBusy: true } : {};
  const input = inputOf({ invocationStamp }, { policies: [policy({ idleAfterMs, mode, ...over })] });
  return { world, input };
}

/** Passes from an hour after the start on, for as long as a leak may take to be gone. */
const passes = Math.ceil((lagMs + idleAfterMs + 7 * minuteMs - 60 * minuteMs) / passMs) + 2;

describe("sweeps over a fleet, over HTTP, with all that the product uses", () => {
  const seen = { stopped: 0, races: 0, runs: 0 };
  // More of them: FLEETS=200 npx vitest run test/sweep/fleet.test.ts
  const numRuns = Number(process.env["FLEETS"] ?? 3);
  afterAll(() => expect(seen.stopped).toBeGreaterThan(0));

  it(
    "stop nothing that worked in the idleAfter before H, and every leak that can be proved in time",
    async () => {
      await fc.assert(
        fc.asyncProperty(anyShape, async (shape) => {
          const { world, input } = await worldOf(shape, "enforce");
          world.advanceMinutes(60 - passMs / minuteMs);
          for (let n = 0; n < passes; n += 1) {
            world.advanceMinutes(passMs / minuteMs);
            const swept = await world.sweepNow(input);
            expect(swept.problems).toEqual([]);
          }
          const truth = world.truth(instant(0), world.now());
          const records = await world.records.between(here, instant(0), world.now());
          const byChoice = records.filter(({ entry }) => entry.decision.reason === "over-age-busy");
          const others = records.filter(({ entry }) => entry.decision.reason !== "over-age-busy");
          const { wrong, races, stopped } = judgeStops(others, truth, idleAfterMs);
          expect(wrong).toEqual([]);
          // Each of these is known to have worked shortly before H or since, which it has.
          const busy = judgeStops(byChoice, truth, idleAfterMs);
          const worked = new Set([...busy.wrong.map((it) => it.split(" ")[1] ?? ""), ...busy.raced]);
          expect(worked.size).toBe(busy.stopped);
          if (shape === overAge) expect(busy.wrong.map((it) => it.split(" ")[0])).toEqual(["steady"]);
          expect(races.filter((profile) => profile !== "sleeper" && profile !== "returning")).toEqual([]);
          const paid = truthOf(world.world, { work: { from: 0, until: world.now() }, cost: true });
          expect(judgeSavings(others, paid, { prices, gb: "binary", memoryGb: 8, peakOf: () => null }).outside).toEqual(
            [],
          );
          seen.stopped += stopped;
          seen.races += races.length;
          seen.runs += 1;
          await holdRecords(world, shape);
          if (shape.usage === "at-teardown") expect(stopped).toBe(0);
          else if (shape.fault === "none") expect(leaksLeft(world, shape, truth)).toEqual([]);
        }),
        { numRuns, endOnFailure: numRuns > 20, examples: [[usual], [overAge]] },
      );
    },
    120_000 + 30_000 * numRuns,
  );

  it("send no Stop in observe mode, nor where they are only to plan, nor while the switch is disarmed", async () => {
    const groups: readonly Group[] = [0, 1].map((n) => ({ interpreter: "silent", profile: "idle-leak", at: -600 * n }));
    const shape: Shape = { ...usual, groups, stopSettling: "at-once", fault: "none" };
    const { world, input } = await worldOf(shape, "observe");
    world.advanceMinutes(110);
    const observed = await world.sweepNow(input);
    expect(observed.outcomes.map((it) => it.kind === "refused" && it.reason)).toEqual(["observe", "observe"]);
    const enforcing = { ...input, policies: { ...input.policies, policies: [policy({ idleAfterMs })] } };
    expect((await world.sweepNow({ ...enforcing, act: false })).plan?.entries).toHaveLength(2);
    const readSwitch = async () => ({ state: "disarmed", by: null, why: null, at: null, settingId: null }) as const;
    expect((await world.sweepNow(enforcing, { readSwitch })).outcomes.map((it) => it.kind)).toEqual([
      "refused",
      "refused",
    ]);
    expect((await world.takeCalls())["StopCodeInterpreterSession"]).toBeUndefined();
    expect(await world.records.between(here, instant(0), world.now())).toEqual([]);
    // So the same fleet would have been stopped otherwise, and at no more than two Gets and one Stop each.
    expect((await world.sweepNow(enforcing)).outcomes.map((it) => it.kind)).toEqual(["stopped", "stopped"]);
    expect(await world.takeCalls()).toMatchObject({ StopCodeInterpreterSession: 2, GetCodeInterpreterSession: 4 });
  });
});

type World = Awaited<ReturnType<typeof worldOf>>["world"];

/** Every Stop that arrived has an intent and an outcome, and none came after the one that had an effect. */
async function holdRecords(world: World, { fault }: Shape): Promise<void> {
  const records = await world.records.between(here, instant(0), world.now());
  if (fault !== "timeout-of-get") expect(records.filter(({ state }) => state === "intended")).toEqual([]);
  const stops = (await world.takeCalls())["StopCodeInterpreterSession"] ?? 0;
  expect(stops).toBeGreaterThanOrEqual(records.filter(({ state }) => state === "stopped").length);
  const done = records.filter(({ state }) => state === "stopped" || state === "already-gone");
  expect(new Set(done.map(({ key }) => key.session)).size).toBe(done.length);
  // Retries of the client are requests too; without faults there are none.
  if (fault === "none") expect(stops).toBe(records.length);
}

/**
 * Leaks that should be gone by now, and are not. Application logs that say another moment of a call than the metric counts cannot be held
 * against it.
 */
function leaksLeft(
  world: World,
  { spans, callLogStamp, stamp }: Shape,
  { sessions }: ReturnType<World["truth"]>,
): readonly string[] {
  const due = world.now() - idleAfterMs - lagMs - 2 * passMs;
  return sessions
    .filter((it) => it.status === "READY" && profileOf(it) === "idle-leak" && lastWorkOf(it) < due)
    .filter((it) => spans || callLogStamp === stamp || it.interpreter.startsWith("silent"))
    .map((it) => `${it.interpreter} ${it.session}`);
}
