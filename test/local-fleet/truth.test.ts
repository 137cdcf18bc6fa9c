import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createWorld } from "../../local/create-world.ts";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { usageRecords } from "../../local/fleet/usage-records.ts";
import { type SessionTruth, truthOf } from "../../local/truth.ts";
import type { LocalSession, World } from "../../local/world.ts";
import { aSession, handClock, hour, minute, startAt, worldOf } from "./fixtures.ts";
import { moneyByHand, virginiaRates } from "./money-by-hand.ts";

function onlyTruth(world: World): SessionTruth {
  const [only, ...others] = truthOf(world).sessions;
  if (only === undefined || others.length > 0) throw new Error("expected one session");
  return only;
}

/** Asked once, at the end. */
function truthAfter(session: LocalSession, ms: number): SessionTruth {
  const { world, clock } = worldOf([session]);
  clock.advance(ms);
  return onlyTruth(world);
}

describe("the truth about a session", () => {
  it("tells its life in the shape of the control interface", () => {
    const session = aSession({ profile: "client", timeoutSeconds: 60 });
    const at = Math.floor(startAt / 1000) * 1000;
    session.calls.push({ operation: "InvokeCodeInterpreter", startAt: startAt + 10_000, endAt: startAt + 20_000 });
    const { world, clock } = worldOf([session]);
    clock.advance(30_000);
    expect(truthOf(world).now).toBe(new Date(startAt + 30_000).toISOString());
    expect(onlyTruth(world)).toEqual({
      account: "111122223333",
      region: "us-east-1",
      interpreter: "aws.codeinterpreter.v1",
      session: session.id,
      name: null,
      status: "READY",
      createdAt: new Date(at + 250).toISOString(),
      endedAt: null,
      endedBy: null,
      lastActiveAt: new Date(at + 20_250).toISOString(),
      ratedUsd: expect.stringMatching(/^0\.\d{12}$/),
      loggedUsd: expect.stringMatching(/^0\.\d{12}$/),
      usageLogs: "log-group",
      principal: expect.stringMatching(/^arn:aws:sts::111122223333:assumed-role\/[a-z-]+\/[a-z-]+-[123]$/),
      records: 30,
      vcpuNs: expect.stringMatching(/^\d+$/),
      byteMs: expect.stringMatching(/^\d+$/),
      loggedByteMs: expect.stringMatching(/^\d+$/),
      vcpuHours: expect.stringMatching(/^0\.\d{12}$/),
      gbHours: expect.stringMatching(/^0\.\d{12}$/),
    });
    clock.advance(30_000);
    expect(onlyTruth(world)).toMatchObject({
      status: "TERMINATED",
      endedBy: "timeout",
      endedAt: new Date(at + 60_250).toISOString(),
    });
  });

  it("knows no session before its birth, nor 30 days after its end", () => {
    const { world, clock } = worldOf([aSession({ createdAt: startAt + minute, timeoutSeconds: 60 })]);
    expect(truthOf(world).sessions).toEqual([]);
    clock.advance(2 * minute + 30 * 24 * hour);
    expect(truthOf(world).sessions).toHaveLength(1);
    clock.advance(1);
    expect(truthOf(world).sessions).toEqual([]);
  });

  it("costs what rule 2026-09 says of its records, to the last digit, for any session", () => {
    const arbitrary = fc.record({
      profile: fc.constantFrom(...plannedProfiles),
      seed: fc.integer(),
      lifeMs: fc.oneof(fc.integer({ min: 0, max: 3000 }), fc.integer({ min: 0, max: 900_000 })),
      bootLeadMs: fc.integer({ min: 0, max: 60_000 }),
      recordStamp: fc.constantFrom("start" as const, "end" as const),
    });
    fc.assert(
      fc.property(arbitrary, ({ profile, seed, lifeMs, bootLeadMs, recordStamp }) => {
        const session = aSession({ profile, seed, stoppedAt: startAt + lifeMs, bootAt: startAt - bootLeadMs });
        const { world, clock } = worldOf([session], { recordStamp });
        clock.advance(hour);
        const records = usageRecords(session, world, 0, startAt + hour);
        expect(onlyTruth(world)).toMatchObject(moneyByHand(records, virginiaRates));
      }),
      { numRuns: 60 },
    );
  });

  it("is the same however often it was asked for on the way", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plannedProfiles),
        fc.integer(),
        fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 6 }),
        (profile, seed, steps) => {
          const session = aSession({ profile, seed, timeoutSeconds: 900 });
          const { world, clock } = worldOf([session]);
          for (const step of steps) {
            truthOf(world);
            clock.advance(step);
          }
          const twin = worldOf([aSession({ profile, seed, timeoutSeconds: 900 })]);
          twin.clock.advance(clock.now() - startAt);
          expect(truthOf(world)).toEqual(truthOf(twin.world));
        },
      ),
      {
        numRuns: 60,
        // The caller comes back after the session has ended, and begins another.
        examples: [["returning", -2_147_483_634, [49_501, 340_562, 355_597, 382_234, 76_084, 149_157]]],
      },
    );
  });

  it.each<[string, (session: LocalSession) => void]>([
    [
      "a call",
      ({ calls }) =>
        calls.push({ operation: "InvokeCodeInterpreter", startAt: startAt + 100_000, endAt: startAt + 130_000 }),
    ],
    [
      "a stop",
      (session) => {
        session.stoppedAt = startAt + 200_500;
      },
    ],
  ])("takes in %s that it is only told of after it was asked", (_, change) => {
    const asked = aSession({ profile: "client" });
    const { world, clock } = worldOf([asked]);
    clock.advance(300_000);
    const before = onlyTruth(world);
    change(asked);
    const fresh = aSession({ profile: "client" });
    change(fresh);
    expect(onlyTruth(world)).toEqual(truthAfter(fresh, 300_000));
    expect(onlyTruth(world).loggedUsd).not.toBe(before.loggedUsd);
  });

  it("costs nothing yet without a record, and a second's memory at the least with one", () => {
    const unborn = truthAfter(aSession({ profile: "client" }), 500);
    expect(unborn).toMatchObject({ ratedUsd: "0.000000000000", loggedUsd: "0.000000000000" });
    const short = truthAfter(aSession({ profile: "client", stoppedAt: startAt + 400 }), minute);
    expect(Number(short.ratedUsd)).toBeGreaterThan((1.1 * 0.00945) / 3600);
    expect(Number(short.loggedUsd)).toBeLessThan((0.4 * 1.3 * 0.00945) / 3600 + 1e-8);
  });

  it("has no cost in a Region without a price", () => {
    const session = aSession({ region: "sa-east-1" });
    expect(truthAfter(session, minute)).toMatchObject({ ratedUsd: null, loggedUsd: null });
  });

  it("has GovCloud's prices in GovCloud", () => {
    const fleet = fleetSpec.parse({
      places: [
        {
          region: "us-gov-west-1",
          sessions: [{ interpreter: "system", profile: "steady", count: 1, createdSeconds: -900 }],
        },
      ],
    });
    const world = createWorld({ fleet, seed: 3, clock: handClock() });
    const [session] =
      world.place("111122223333", "us-gov-west-1")?.sessions.get("aws.codeinterpreter.v1")?.values() ?? [];
    const records = session === undefined ? [] : usageRecords(session, world, 0, startAt);
    expect(records.length).toBeGreaterThan(800);
    expect(onlyTruth(world)).toMatchObject(moneyByHand(records, { vcpu: 1_074_000n, gb: 113_400n }));
  });

  it("was free in the preview, and is priced from the first second of the new price on", () => {
    const change = Date.UTC(2025, 9, 7);
    const session = aSession({ profile: "steady", createdAt: change - minute, timeoutSeconds: 120 });
    const { world } = worldOf([session], {}, change + hour);
    const all = usageRecords(session, world, 0, startAt);
    const records = all.filter((each) => each.stampAt >= change);
    const peakBefore = all.filter((each) => each.stampAt < change);
    expect(onlyTruth(world)).toMatchObject(moneyByHand(records, virginiaRates, peakBefore));
    expect(records.length).toBeGreaterThan(50);
    expect(records.length).toBeLessThan(70);
  });

  it("has no cost before there was any price", () => {
    const preview = Date.UTC(2025, 6, 16);
    const session = aSession({ createdAt: preview - minute, timeoutSeconds: 60 });
    const { world } = worldOf([session], {}, preview + hour);
    expect(onlyTruth(world)).toMatchObject({ status: "TERMINATED", ratedUsd: null, loggedUsd: null });
  });
});

describe("the truth about a fleet", () => {
  it("can leave the costs out, and be asked for one status alone", () => {
    const world = createWorld({ fleet: "demo", seed: 2, clock: handClock() });
    const ready = truthOf(world, { cost: false, status: "READY" }).sessions;
    const ended = truthOf(world, { cost: false, status: "TERMINATED" }).sessions;
    const all = truthOf(world, { cost: false }).sessions;
    expect(ready.length + ended.length).toBe(all.length);
    expect(ready.every((each) => each.status === "READY" && each.ratedUsd === null && each.endedAt === null)).toBe(
      true,
    );
    expect(ended.every((each) => each.status === "TERMINATED" && each.endedAt !== null)).toBe(true);
    const keys = all.map((each) => [each.account, each.region, each.interpreter, each.session].join("/"));
    expect(keys).toEqual([...keys].sort());
  });
});
