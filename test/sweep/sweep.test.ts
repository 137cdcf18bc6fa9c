import { describe, expect, it } from "vitest";
import { evidenceOf } from "../../core/cleanup/decision/evidence-text.ts";
import type { TargetSweep } from "../../core/jobs/sweep/sweep.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { here, leak, minute, tool } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

const reasonsOf = ({ decided }: TargetSweep) =>
  Object.fromEntries(decided.map(({ facts, decision }) => [facts.session.id, decision.reason]));

describe("a pass", () => {
  it("stops a leak, and keeps one that works, one that was called lately and one that is young", async () => {
    const works = leak("works", { busy: [{ from: minute(0), until: minute(500) }] });
    const lives = [leak("leak"), works, leak("young", { createdAt: minute(116), busy: [], calls: [] })];
    const world = await sweepWorld(minute(120), lives);
    const swept = await world.pass();
    expect(reasonsOf(swept)).toEqual({ leak: "idle-observed", works: "active", young: "too-young" });
    expect(outcomesOf(swept)).toEqual(["leak stopped"]);
    expect([...world.stopped.keys()]).toEqual(["leak"]);
    holdLaws(world);
    await holdOutcomes(world);
  });

  it("makes two Gets and one Stop for each session that it stops, with its intent before and its outcome after", async () => {
    const world = await sweepWorld(minute(120), [leak("a"), leak("b")]);
    await world.pass();
    const steps = world.asked.map(({ op, session, state }) => [session, op, state].filter(Boolean).join(" "));
    const of = (id: string) => [
      `${id} get`,
      `${id} intent intended`,
      `${id} stop`,
      `${id} get`,
      `${id} outcome stopped`,
    ];
    expect(steps).toEqual([...of("a"), ...of("b")]);
  });

  it("writes down what the stop rests on: the evidence of the second look, the token, the plan", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const { plan } = await world.pass();
    const [record, ...others] = await world.recordsOf("a");
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      plan: plan?.id,
      attempt: 1,
      state: "stopped",
      override: null,
      entry: { decision: { action: "stop", reason: "idle-observed" }, evidence: { status: "READY" } },
    });
    expect(record?.clientToken).toMatch(/^[0-9a-f]{64}$/);
  });

  it("finds nothing more to do the second time", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    await world.pass();
    const before = world.asked.length;
    expect(await world.pass()).toMatchObject({ decided: [], plan: null, outcomes: [], finished: [], problems: [] });
    expect(world.asked.length).toBe(before);
  });

  it("stops nothing by a policy that observes, and tells what it would stop", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const swept = await world.pass(inputOf({}, { policies: [policy({ mode: "observe" })] }));
    expect(outcomesOf(swept)).toEqual(["a refused observe"]);
    expect(world.asked).toEqual([]);
  });

  it("stops nothing where it only plans, and keeps the plan", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const { plan, outcomes } = await world.pass(inputOf({ act: false }));
    expect(plan?.entries.map(({ key }) => key.session)).toEqual(["a"]);
    expect(outcomes).toEqual([]);
    expect(world.asked).toEqual([]);
    expect(await world.ports.documents.read(`plans/${plan?.id}`)).not.toBeNull();
  });

  it("keeps no plan that is applied at once: its stops are on record", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const { plan } = await world.pass();
    expect(await world.ports.documents.read(`plans/${plan?.id}`)).toBeNull();
  });

  it("leaves to the next pass what is more than maxStopsPerPass", async () => {
    const world = await sweepWorld(minute(120), [leak("a"), leak("b"), leak("c")]);
    const input = inputOf({}, { policies: [policy({ maxStopsPerPass: 2 })] });
    const swept = await world.pass(input);
    expect(outcomesOf(swept)).toEqual(["a stopped", "b stopped"]);
    expect(swept.postponed.map(({ facts }) => facts.session.id)).toEqual(["c"]);
    expect(outcomesOf(await world.pass(input))).toEqual(["c stopped"]);
  });
});

describe("a leak is kept", () => {
  const kept = async (arrange: (world: Awaited<ReturnType<typeof sweepWorld>>) => unknown, input = inputOf()) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    await arrange(world);
    const swept = await world.pass(input);
    expect(world.asked.filter(({ op }) => op !== "get")).toEqual([]);
    return swept;
  };

  it("where usage logs are off", async () => {
    expect(reasonsOf(await kept((world) => (world.usage = "off")))).toEqual({ a: "unprovable" });
  });

  it("where usage logs come when it ends", async () => {
    expect(reasonsOf(await kept((world) => (world.usage = "at-teardown")))).toEqual({ a: "unprovable" });
  });

  it("where its records stopped coming", async () => {
    expect(reasonsOf(await kept((world) => (world.lagMs = 76 * 60_000)))).toEqual({ a: "unknown-activity" });
  });

  it("where its records cannot be read", async () => {
    const swept = await kept((world) => {
      const unread = { kind: "unknown", code: "failed", message: "denied" } as const;
      Object.assign(world.ports, { readSessionCpu: async () => new Map([["a", unread]]) });
    });
    expect(reasonsOf(swept)).toEqual({ a: "unknown-activity" });
  });

  it("where nobody could look at its records this time", async () => {
    expect(reasonsOf(await kept(() => undefined, inputOf({ looksAtMost: 0 })))).toEqual({ a: "unknown-activity" });
  });

  it.each(["failed", "no-control-series", "data-late"] as const)("where calls are not known: %s", async (code) => {
    const swept = await kept((world) => {
      const unknown = { kind: "unknown", code, message: "no data" } as const;
      Object.assign(world.ports, { readInterpreterCalls: async () => new Map([[tool, unknown]]) });
    });
    expect(reasonsOf(swept)).toEqual({ a: "unknown-activity" });
  });

  it("where nothing is said of its interpreter at all", async () => {
    const swept = await kept((world) => Object.assign(world.ports, { readInterpreterCalls: async () => new Map() }));
    expect(reasonsOf(swept)).toEqual({ a: "unknown-activity" });
  });

  it("where the interpreter's ARN is not known", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const swept = await world.pass(inputOf(), world.ports, { ...world.scan(), interpreters: [] });
    expect(reasonsOf(swept)).toEqual({ a: "unknown-activity" });
  });

  it("where its time limit is not known", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const found = world.scan();
    const sessions = found.sessions.map((session) => ({ ...session, timeoutSeconds: null }));
    expect(reasonsOf(await world.pass(inputOf(), world.ports, { ...found, sessions }))).toEqual({
      a: "unknown-activity",
    });
    expect(world.stopped.size).toBe(0);
  });

  it("where not all live sessions of the target are known", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const swept = await world.pass(inputOf(), world.ports, { ...world.scan(), readySessions: null });
    expect(outcomesOf(swept)).toEqual(["a refused breaker"]);
    expect(world.asked).toEqual([]);
  });

  it("where a policy's protection holds, or a person's", async () => {
    const match = { account: null, region: null, interpreter: null, session: "a" as never, name: null };
    const protection = { match, source: "policy" as const, until: null, why: "a customer waits for it" };
    const swept = await kept((world) => (world.protections = [protection]));
    expect(reasonsOf(swept)).toEqual({ a: "protected" });
    expect(reasonsOf(await kept(() => undefined, inputOf({}, { protections: [protection] })))).toEqual({
      a: "protected",
    });
  });

  it("where another session of its interpreter is called all the time", async () => {
    const calls = Array.from({ length: 120 }, (_, n) => ({ from: minute(n), until: minute(n + 0.5) }));
    const world = await sweepWorld(minute(120), [leak("a"), leak("busy", { calls })]);
    expect(reasonsOf(await world.pass())).toMatchObject({ a: "unprovable" });
    expect(world.asked).toEqual([]);
  });

  it("where logs of calls are on, and do not agree with their count: it is told that they are", async () => {
    const calls = Array.from({ length: 120 }, (_, n) => ({ from: minute(n), until: minute(n + 0.5) }));
    const world = await sweepWorld(minute(120), [leak("a"), leak("busy", { calls })]);
    const message = "APPLICATION_LOGS are on and do not agree with the count: turn on TRACES.";
    const readSessionCalls: typeof world.ports.readSessionCalls = async (_target, _interpreter, ids) =>
      new Map(ids.map((id) => [id, { kind: "unknown", code: "call-logs-differ", message }]));
    const { decided } = await world.pass(inputOf(), { ...world.ports, readSessionCalls });
    expect(decided.map(({ decision }) => decision.reason)).toEqual(["unprovable", "unprovable"]);
    for (const { decision } of decided) {
      expect(decision.text).toContain(message);
      expect(decision.text).not.toContain("turn on APPLICATION_LOGS");
    }
    expect(world.asked).toEqual([]);
  });

  it("no longer than its interpreter is called, whatever logs of calls say, and the record says so", async () => {
    const world = await sweepWorld(minute(60), [leak("a")]);
    const apart = { kind: "unknown", code: "call-logs-differ", message: "They do not agree." } as const;
    const readSessionCalls: typeof world.ports.readSessionCalls = async (_target, _interpreter, ids) =>
      new Map(ids.map((id) => [id, apart]));
    const ports = { ...world.ports, readSessionCalls };
    expect(outcomesOf(await world.pass(inputOf(), ports))).toEqual(["a stopped"]);
    const [record] = await world.recordsOf("a");
    expect(record?.entry.evidence.calls).toMatchObject({ of: "interpreter", apart });
    expect(evidenceOf(JSON.parse(JSON.stringify(record?.entry.evidence)), "evidence")).toEqual(record?.entry.evidence);
  });
});

describe("a clock that is wrong", () => {
  // It was quiet from minute 2 on, as far as a clock of the past can see.
  const back = leak("back", { busy: [{ from: minute(85), until: minute(300) }] });
  const called = leak("called", { calls: [{ from: minute(100), until: minute(125) }] });

  it.each([-600, -90, -60, -30, -10, 10, 30, 60, 600])("by %s minutes stops none that works", async (minutes) => {
    for (const life of [back, called]) {
      const world = await sweepWorld(minute(120), [life]);
      world.clockAheadMs = minutes * 60_000;
      const swept = await world.pass();
      expect(swept.problems).toEqual([]);
      expect([...world.stopped.keys()]).toEqual([]);
    }
  });

  it("refuses a plan that is of a later time than it is here", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    let jumped = false;
    const ports = {
      ...world.ports,
      getSession: world.ports.getSession,
      readProtections: async () => {
        // Between the plan and the stop.
        if (jumped) world.clockAheadMs = -61_000;
        jumped = true;
        return [];
      },
    };
    const swept = await world.pass(inputOf(), ports);
    expect(outcomesOf(swept)).toEqual(["a refused expired"]);
    expect(world.stopped.size).toBe(0);
  });

  it("refuses a plan that has expired by the clock of the moment, whatever the pass's was", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const late = { ...world.ports.clock, now: () => plusMs(world.at, 15 * 60_000) };
    const swept = await world.pass(inputOf(), { ...world.ports, clock: late });
    expect(outcomesOf(swept)).toEqual(["a refused expired"]);
    expect(world.asked).toEqual([]);
    expect(swept.target).toEqual(here);
  });
});
