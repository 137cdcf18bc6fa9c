import { describe, expect, it } from "vitest";
import { readCpuMemory, seenBy } from "../../core/jobs/sweep/evidence/remembered-cpu.ts";
import { here, leak, minute } from "./lives.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

/** A world of which it is known at which minutes each session's records were read. */
async function watched(...lives: Parameters<typeof leak>[]) {
  const world = await sweepWorld(
    minute(60),
    lives.map((life) => leak(...life)),
  );
  const looks: string[] = [];
  const ports = {
    ...world.ports,
    readSessionCpu: (async (...asked) => {
      looks.push(...asked[2].map((id) => `${id} ${(world.at - minute(0)) / 60_000}`));
      return world.ports.readSessionCpu(...asked);
    }) satisfies typeof world.ports.readSessionCpu,
  };
  const passes = async (...at: readonly number[]) => {
    const reasons = [];
    for (const m of at) {
      world.at = minute(m);
      const { decided } = await world.pass(inputOf({ act: false }), ports);
      reasons.push(...decided.map(({ decision }) => decision.reason));
    }
    return reasons;
  };
  return { world, looks, passes };
}

it("a pass looks until it sees work, and before each stop at all that can be read, whatever was seen before", async () => {
  const world = await sweepWorld(minute(60), [leak("a")]);
  const asked: unknown[] = [];
  const ports = {
    ...world.ports,
    readSessionCpu: (async (...args) => {
      asked.push([args[4].depth, (world.at - args[3].from) / 60_000, args[5] === world.at]);
      return world.ports.readSessionCpu(...args);
    }) satisfies typeof world.ports.readSessionCpu,
  };
  const swept = await world.pass(inputOf(), ports);
  expect(swept.outcomes.map(({ kind }) => kind)).toEqual(["stopped"]);
  // All records of a moment are there after 75 minutes; idleAfter is 15.
  expect(asked).toEqual([
    ["until-work", 95, true],
    ["whole", 95, true],
  ]);
});

describe("what earlier passes saw", () => {
  // Its calls keep it, so that it is looked at every quarter of an hour.
  const called = { calls: Array.from({ length: 200 }, (_, n) => ({ from: minute(n), until: minute(n + 0.5) })) };

  it.each([
    [-1, "unprovable"],
    [0, "unprovable"],
    [1, "unprovable"],
    [1999, "unprovable"],
    [2000, "unprovable"],
    [2001, "unknown-activity"],
  ])("is as good %i ms later than it is now, unless it is of another clock: %s", async (ms, reason) => {
    const { world, looks, passes } = await watched(["a", called]);
    world.clockAheadMs = ms;
    await passes(60);
    world.clockAheadMs = 0;
    expect(await passes(60)).toEqual([reason]);
    expect(looks).toEqual(["a 60"]);
  });

  it("is left as it was seen but for when that was: a record of a time after now still proves nothing", () => {
    const cpu = {
      ...({ kind: "known", quietSince: null, lastBusyAt: null, hotSince: null, memoryBytes: null } as const),
      ...{ asOf: minute(60.02), lastRecordAt: minute(60.01), covered: { from: minute(40), until: minute(60.01) } },
    };
    const seen = seenBy({ lookedAt: minute(60.02), cpu }, minute(60));
    expect(seen).toEqual({ lookedAt: minute(60), cpu: { ...cpu, asOf: minute(60) } });
  });

  it("spares looks at a session until it can have been idle for long enough", async () => {
    const { looks, passes } = await watched(["a", { busy: [{ from: minute(0), until: minute(70) }] }]);
    // At minute 60 there are records up to minute 40, all of work: had it ended there, records of a quarter of an hour more are there at 75.
    await passes(60, 65, 74, 75, 80, 89, 90, 95, 104, 105, 109, 110);
    expect(looks).toEqual(["a 60", "a 75", "a 90", "a 105", "a 109"]);
    const later = await watched(["a", { busy: [{ from: minute(0), until: minute(41) }] }]);
    later.world.lagMs = 0;
    await later.passes(45, 50, 55, 57);
    expect(later.looks).toEqual(["a 45", "a 57"]);
  });

  it("is what an idle session is told by while nothing is stopped, for a quarter of an hour", async () => {
    const { world, looks, passes } = await watched(["a"], ["b"]);
    expect(new Set(await passes(60, 65, 70, 74, 75, 80))).toEqual(new Set(["idle-observed"]));
    expect(looks).toEqual(["a 60", "b 60", "a 75", "b 75"]);
    // No longer than it tells anything: its records ended at minute 50, and 75 minutes later they prove nothing any more.
    world.lagMs = 60 * 60_000;
    expect(new Set(await passes(100, 105))).toEqual(new Set(["idle-observed"]));
    expect(looks.slice(4)).toEqual(["a 100", "b 100"]);
    // Nor once it is called.
    for (const life of world.lives.values()) {
      world.lives.set(life.id, { ...life, calls: [...life.calls, { from: minute(101), until: minute(102) }] });
    }
    expect(await passes(110)).not.toContain("idle-observed");
  });

  it("spares no look at an idle session where it is to be stopped", async () => {
    const { world, looks } = await watched(["a"]);
    const readSessionCpu: typeof world.ports.readSessionCpu = async (...asked) => {
      looks.push(`${asked[4].depth} ${(world.at - minute(0)) / 60_000}`);
      return world.ports.readSessionCpu(...asked);
    };
    const barred = policy({ breaker: { maxStops: 0, maxStopsPct: 100, windowMs: 3_600_000 } });
    for (const m of [60, 65, 70]) {
      world.at = minute(m);
      await world.pass(inputOf({}, { policies: [barred] }), { ...world.ports, readSessionCpu });
    }
    expect(looks).toEqual(["until-work 60", "until-work 65", "until-work 70"]);
    // A policy that observes stops none, whatever others may.
    world.at = minute(75);
    await world.pass(inputOf({}, { policies: [policy({ mode: "observe" })] }), { ...world.ports, readSessionCpu });
    expect(looks).toHaveLength(3);
  });

  it.each([
    ["at-teardown", 1],
    ["no-usage-logs", 1],
    ["approximate", 1],
    ["no-records-yet", 3],
    ["failed", 3],
  ] as const)("%s: of three passes in ten minutes, looks in %i", async (code, count) => {
    const { world, looks } = await watched(["a"]);
    const readSessionCpu: typeof world.ports.readSessionCpu = async (_target, _tool, [id]) => {
      looks.push(`${code} ${(world.at - minute(0)) / 60_000}`);
      return new Map(id === undefined ? [] : [[id, { kind: "unknown", code, message: "Nothing is seen." }]]);
    };
    for (const m of [60, 65, 70]) {
      world.at = minute(m);
      await world.pass(inputOf({ act: false }), { ...world.ports, readSessionCpu });
    }
    expect(looks).toHaveLength(count);
    world.at = minute(75);
    await world.pass(inputOf({ act: false }), { ...world.ports, readSessionCpu });
    expect(looks).toHaveLength(count + 1);
  });

  it("is told of a session that its calls keep, which is looked at every quarter of an hour", async () => {
    const { looks, passes } = await watched(["a", called]);
    expect(new Set(await passes(60, 65, 70, 75, 80, 89, 90))).toEqual(new Set(["unprovable"]));
    expect(looks).toEqual(["a 60", "a 75", "a 90"]);
  });

  it("that nothing could be seen stays so, until it is looked at again", async () => {
    const { world, passes } = await watched(["a", called]);
    world.usage = "off";
    expect(await passes(60, 65, 70)).toEqual(["unprovable", "unprovable", "unprovable"]);
  });

  it("is kept over a look that fails, and forgotten with the session", async () => {
    const { world, passes } = await watched(["a"], ["b", { timeoutSeconds: 80 * 60 }]);
    await passes(60);
    const seen = async () => (await readCpuMemory(world.ports.documents, here)).bySession;
    const before = (await seen()).get("tool-VbMl9Hi8I4/a");
    expect(before?.cpu.kind).toBe("known");
    world.usage = "off";
    await passes(90);
    const after = await seen();
    expect(after.get("tool-VbMl9Hi8I4/a")).toEqual({ ...before, lookedAt: minute(90) });
    expect([...after.keys()]).toEqual(["tool-VbMl9Hi8I4/a"]);
  });

  it.each(["{", "[{}]", '[{"session":"a","lookedAt":1,"cpu":{"kind":"known"}}]'])(
    "that is damaged, %s, is as good as nothing",
    async (text) => {
      const { world, passes } = await watched(["a"]);
      await world.ports.documents.write("cleanup/seen/111122223333/us-east-1", { revision: 0, text });
      expect(await passes(120)).toEqual(["idle-observed"]);
      expect((await readCpuMemory(world.ports.documents, here)).bySession.size).toBe(1);
    },
  );
});
