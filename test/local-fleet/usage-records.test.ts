import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plannedProfiles } from "../../local/fleet/activity.ts";
import { type UsageRecord, usageLogLine, usageRecords } from "../../local/fleet/usage-records.ts";
import type { LocalSession, UnknownBehaviours } from "../../local/world.ts";
import { aSession, hour, minute, startAt, worldOf } from "./fixtures.ts";

const forever = [0, Number.MAX_SAFE_INTEGER] as const;

/** All records of a session that is over. */
function allRecords(session: LocalSession, unknowns: Partial<UnknownBehaviours> = {}): UsageRecord[] {
  const { world, clock } = worldOf([session], unknowns);
  clock.advance(10 * hour);
  return usageRecords(session, world, ...forever);
}

const onceOnly = (records: readonly UsageRecord[]): UsageRecord[] => records.filter((each) => !each.isRedelivery);

describe("usage records", () => {
  it("are the same whatever windows they are asked for in, and whenever", () => {
    const arbitrary = fc.record({
      profile: fc.constantFrom(...plannedProfiles),
      seed: fc.integer(),
      bootLeadMs: fc.integer({ min: 0, max: 43 * minute }),
      lifeMs: fc.integer({ min: 0, max: 1_000_000 }),
      cutMs: fc.integer({ min: -43 * minute, max: 1_000_000 }),
      nowMs: fc.integer({ min: 0, max: 1_000_000 }),
      recordStamp: fc.constantFrom("start" as const, "end" as const),
    });
    fc.assert(
      fc.property(arbitrary, ({ profile, seed, bootLeadMs, lifeMs, cutMs, nowMs, recordStamp }) => {
        const session = aSession({ profile, seed, bootAt: startAt - bootLeadMs, stoppedAt: startAt + lifeMs });
        const { world, clock } = worldOf([session], { recordStamp });
        clock.advance(nowMs);
        const early = usageRecords(session, world, ...forever);
        clock.advance(10 * hour);
        const whole = usageRecords(session, world, ...forever);
        const cut = startAt + cutMs;
        expect([...usageRecords(session, world, 0, cut), ...usageRecords(session, world, cut, forever[1])]).toEqual(
          whole,
        );
        // What was there early is still there, in the same place.
        expect(whole.slice(0, early.length)).toEqual(early);
        expect(whole.map((each) => each.stampAt)).toEqual(whole.map((each) => each.stampAt).sort((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });

  it("lie between boot and end, and say so in either stamp", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...plannedProfiles),
        fc.integer(),
        fc.integer({ min: 1, max: 900_000 }),
        fc.constantFrom("start" as const, "end" as const),
        (profile, seed, lifeMs, recordStamp) => {
          const session = aSession({ profile, seed, stoppedAt: startAt + lifeMs, bootAt: startAt - 20_500 });
          for (const record of allRecords(session, { recordStamp })) {
            expect(record.stampAt).toBeGreaterThanOrEqual(session.bootAt);
            expect(record.stampAt).toBeLessThanOrEqual(startAt + lifeMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("belong to the window that begins with their stamp, not to the one that ends there", () => {
    const session = aSession({ timeoutSeconds: 60 });
    const { world, clock } = worldOf([session]);
    clock.advance(hour);
    const at = usageRecords(session, world, ...forever)[30]?.stampAt ?? 0;
    expect(usageRecords(session, world, at, at + 1).length).toBeGreaterThan(0);
    expect(usageRecords(session, world, 0, at).every((each) => each.stampAt < at)).toBe(true);
  });

  it("come in the order of their stamps, however short the last one is", () => {
    for (let seed = 0; seed < 60; seed++) {
      const session = aSession({ seed, stoppedAt: startAt + 5010 });
      const stamps = allRecords(session, { recordStamp: "end" }).map((each) => each.stampAt);
      expect(stamps).toEqual([...stamps].sort((a, b) => a - b));
    }
  });

  it("stop at the end, whatever a later stop says", () => {
    const session = aSession({ timeoutSeconds: 60, stoppedAt: startAt + 120_000 });
    const records = onceOnly(allRecords(session)).filter((each) => each.elapsedSeconds > 0);
    expect(records).toHaveLength(60);
  });

  it("span a second each in the main, some 0.99, a few 0.32 and 0.00, and one of 0.00 still carries usage", () => {
    const records = onceOnly(allRecords(aSession({ timeoutSeconds: 14_400 })));
    const share = (seconds: number): number =>
      records.filter((each) => each.elapsedSeconds === seconds).length / records.length;
    expect(share(1)).toBeGreaterThan(0.85);
    expect(share(0.99)).toBeGreaterThan(0.05);
    expect(share(0.32)).toBeGreaterThan(0.001);
    expect(share(0)).toBeGreaterThan(0.001);
    expect(share(1) + share(0.99) + share(0.32) + share(0)).toBe(1);
    for (const record of records.filter((each) => each.elapsedSeconds === 0)) {
      expect(record.vcpuHours).toBeGreaterThan(0);
      expect(record.gbHours).toBeGreaterThan(0);
    }
  });

  it("are stamped with jitter, but never by enough to look like a gap", () => {
    const records = onceOnly(allRecords(aSession({ timeoutSeconds: 3600 }))).filter((each) => each.elapsedSeconds > 0);
    const steps = records.slice(1).map((each, index) => each.stampAt - (records[index]?.stampAt ?? 0));
    expect(new Set(steps).size).toBeGreaterThan(50);
    expect(Math.max(...steps)).toBeLessThanOrEqual(1120);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(880);
  });

  it("show a boot minutes before the session's creation, and nothing between", () => {
    const session = aSession({ bootAt: startAt - 20 * minute, timeoutSeconds: 60 });
    const boot = onceOnly(allRecords(session)).filter((each) => each.stampAt < startAt - 1000);
    expect(boot.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...boot.map((each) => each.stampAt))).toBeLessThan(session.bootAt + 7000);
  });

  it.each([1, 1000, 2000, minute])("are none %i ms before the session is born, though its microVM is up", (ms) => {
    const session = aSession({ createdAt: startAt + ms, bootAt: startAt - minute });
    const { world } = worldOf([session]);
    expect(usageRecords(session, world, ...forever)).toEqual([]);
  });

  it("hold memory of about 1.2 GB at the least, which falls now and then, and stay within the microVM", () => {
    for (const profile of plannedProfiles) {
      const records = onceOnly(allRecords(aSession({ profile, timeoutSeconds: 3600 }))).filter(
        (each) => each.elapsedSeconds >= 0.25,
      );
      const levels = records.map((each) => (each.gbHours * 3600) / each.elapsedSeconds);
      expect(Math.min(...levels)).toBeGreaterThan(1.05);
      expect(Math.max(...levels)).toBeLessThan(8);
      expect(levels.some((level, index) => level < (levels[index - 1] ?? 0))).toBe(true);
      for (const record of records) expect(record.vcpuHours * 3600).toBeLessThanOrEqual(2.0001);
    }
  });

  it("give back whole vCPU-nanoseconds and bytes, so that a meter's rounding cannot differ from the truth's", () => {
    for (const record of allRecords(
      aSession({ profile: "steady", timeoutSeconds: 3600, stoppedAt: startAt + 999_877 }),
    )) {
      const vcpuNs = record.vcpuHours * 3600e9;
      const byteMs = record.gbHours * 2 ** 30 * 3600e3;
      expect(Math.abs(vcpuNs - Math.round(vcpuNs))).toBeLessThan(1e-3);
      expect(Math.abs(byteMs - Math.round(byteMs))).toBeLessThan(1e-2);
      if (record.elapsedSeconds < 0.25) continue;
      const level = (record.gbHours * 2 ** 30 * 3600) / record.elapsedSeconds;
      expect(Math.abs(level - Math.round(level))).toBeLessThan(1e-3);
    }
  });

  it("answer calls of real clients with work", () => {
    const session = aSession({ profile: "client", timeoutSeconds: 120 });
    session.calls.push({ operation: "InvokeCodeInterpreter", startAt: startAt + 30_000, endAt: startAt + 40_000 });
    const busy = onceOnly(allRecords(session)).filter(
      (each) => each.elapsedSeconds > 0 && each.vcpuHours * 3600 >= 0.02 * each.elapsedSeconds,
    );
    expect(busy.map((each) => Math.round((each.stampAt - startAt) / 1000))).toEqual(
      [...Array(10).keys()].map((i) => 30 + i),
    );
  });
});

describe("delivery", () => {
  const fifteenMinutes = Array.from({ length: 40 }, (_, seed) => aSession({ seed, timeoutSeconds: 900 }));
  const end = startAt + 900_000;

  it("brings the first records 17 to 19 minutes late, three in four by 14 minutes after the end, all within the hour", () => {
    const records = fifteenMinutes.flatMap((session) => onceOnly(allRecords(session)));
    for (const record of records.filter((each) => each.stampAt < startAt + 59_000)) {
      expect(record.ingestedAt - record.stampAt).toBeGreaterThanOrEqual(17 * minute);
      expect(record.ingestedAt - record.stampAt).toBeLessThanOrEqual(19 * minute + 1000);
    }
    const byFourteen = records.filter((each) => each.ingestedAt <= end + 14 * minute).length / records.length;
    expect(byFourteen).toBeGreaterThan(0.74);
    expect(byFourteen).toBeLessThan(0.86);
    expect(Math.max(...records.map((each) => each.ingestedAt))).toBeLessThanOrEqual(end + hour);
  });

  it("brings all in a burst after the end, if so set", () => {
    const records = fifteenMinutes.flatMap((session) =>
      onceOnly(allRecords(session, { usageDelivery: "at-teardown" })),
    );
    expect(Math.min(...records.map((each) => each.ingestedAt))).toBeGreaterThan(end);
    expect(Math.max(...records.map((each) => each.ingestedAt))).toBeLessThanOrEqual(end + hour);
  });

  it("repeats a few records, equal in all but their coming, within the hour too", () => {
    const records = fifteenMinutes.flatMap((session) => allRecords(session));
    const again = records.filter((each) => each.isRedelivery);
    expect(again.length).toBeGreaterThan(records.length * 0.001);
    expect(again.length).toBeLessThan(records.length * 0.01);
    for (const record of again) {
      const original = records.find((each) => !each.isRedelivery && sameRecord(each, record));
      expect(original?.ingestedAt).toBeLessThan(record.ingestedAt);
      expect(record.ingestedAt).toBeLessThanOrEqual(end + hour);
    }
  });

  const sameRecord = (one: UsageRecord, other: UsageRecord): boolean =>
    one.stampAt === other.stampAt && one.vcpuHours === other.vcpuHours && one.gbHours === other.gbHours;
});

describe("a line of the log", () => {
  it("has the shape of AWS's", () => {
    const session = aSession({ interpreterId: "myTool-VbMl9Hi8I4" });
    const arn = "arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/myTool-VbMl9Hi8I4";
    const record = {
      stampAt: 1_790_912_445_988,
      elapsedSeconds: 1,
      vcpuHours: 0.000329480833333,
      gbHours: 0.000196962254825,
      ingestedAt: 0,
      isRedelivery: false,
    };
    expect(JSON.parse(usageLogLine(record, session))).toEqual({
      resource_arn: arn,
      event_timestamp: 1_790_912_445_988,
      resource: { "cloud.provider": "aws", "service.name": "AgentCore.CodeInterpreter", "cloud.region": "us-east-1" },
      attributes: {
        "account.id": "111122223333",
        region: "us-east-1",
        "resource.id": arn,
        "session.id": session.id,
        time_elapsed_seconds: 1,
      },
      metrics: {
        "codeInterpreter.vcpu.hours.used": 0.000329480833333,
        "codeInterpreter.memory.gb_hours.used": 0.000196962254825,
      },
    });
  });
});
