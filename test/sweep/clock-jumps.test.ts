import { describe, expect, it } from "vitest";
import { applyStoredPlan } from "../../core/jobs/sweep/stop/apply-stored-plan.ts";
import { stopByHand } from "../../core/jobs/sweep/stop/stop-by-hand.ts";
import { holdLaws } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, never, sweepWorld, type World } from "./sweep-world.ts";

const anyOne = { account: null, region: null, interpreter: null, session: null, name: null };

/** Each answer of the service says the time, and the clock follows: a machine that jumped is set right by the next. */
const following = (world: World): World["ports"] => ({
  ...world.ports,
  getSession: async (...asked) => {
    const answer = await world.ports.getSession(...asked);
    world.clockAheadMs = 0;
    return answer;
  },
});

async function jumped(minutes: number) {
  const world = await sweepWorld(minute(120), [leak("a")]);
  const { plan } = await world.pass(inputOf({ act: false }));
  if (plan === null) throw new Error("a plan was to be made");
  world.at = minute(130);
  world.clockAheadMs = minutes * 60_000;
  const apply = async () => outcomesOf(await applyStoredPlan(following(world))(inputOf(), world.scan(), plan, never));
  return { world, apply };
}

describe("a machine's clock that jumps between the plan and the stop", () => {
  it.each([
    // The plan holds from 120 to 135.
    [0, "a stopped"],
    [-10, "a stopped"],
    [-12, "a refused expired"],
    [4, "a stopped"],
    [5, "a refused expired"],
    [600, "a refused expired"],
    [-600, "a refused expired"],
  ])("by %i minutes makes no other plan pass", async (minutes, outcome) => {
    const { world, apply } = await jumped(minutes);
    expect(await apply()).toEqual([outcome]);
    holdLaws(world);
  });

  it.each([-0.01, -1, -10, -70])("back by %d minutes does not bring back a plan that has expired", async (minutes) => {
    const { world, apply } = await jumped(minutes);
    world.at = minute(135);
    expect(await apply()).toEqual(["a refused expired"]);
    expect(world.asked.filter(({ op }) => op !== "get")).toEqual([]);
  });

  it.each([
    [131, 1, "a refused busy-again"],
    [131, 4, "a refused busy-again"],
    [130, 0, "a stopped"],
    [130, -5, "a refused protected"],
  ])(
    "does not end a protection until minute %i before its time: by %i minutes, %s",
    async (until, minutes, outcome) => {
      const { world, apply } = await jumped(minutes);
      world.protections = [{ match: anyOne, source: "hand", until: minute(until), why: "wait" }];
      expect(await apply()).toEqual([outcome]);
      expect(world.asked.filter(({ op }) => op === "intent")).toHaveLength(outcome === "a stopped" ? 1 : 0);
    },
  );

  it("does not let a person stop by hand what is protected either", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.protections = [{ match: anyOne, source: "hand", until: minute(140), why: "wait" }];
    const ports = following(world);
    const override = { by: "on call", reason: "it burns", protections: false, policyUnread: null };
    const found = world.scan();
    world.clockAheadMs = 60 * 60_000;
    const input = inputOf({ planLifetimeMs: 120 * 60_000 });
    const stop = stopByHand(ports)(minute(120), input, found, { sessions: found.sessions, override }, never);
    expect(outcomesOf(await stop)).toEqual(["a refused protected"]);
    expect(world.stopped.size).toBe(0);
  });

  it("after the last look is seen, and nothing is sent", async () => {
    for (const minutes of [-1, 3]) {
      const { world } = await jumped(0);
      const put: World["ports"]["records"]["put"] = async (record) => {
        if (record.state === "intended") world.clockAheadMs = minutes * 60_000;
        return world.ports.records.put(record);
      };
      const swept = await world.pass(inputOf(), { ...world.ports, records: { ...world.ports.records, put } });
      expect(outcomesOf(swept)).toEqual(["a refused taken"]);
      expect(world.stopped.size).toBe(0);
    }
  });

  it.each([
    ["cap", "1970-01-01"],
    ["cap", "2099-01-01"],
    ["put", "1970-01-01"],
    ["put", "2099-01-01"],
    ["between", "1970-01-01"],
    ["between", "2099-01-01"],
  ])("for one moment, after %s, to %s, makes no stop that is not counted", async (after, date) => {
    const { world } = await jumped(0);
    const leap = () => {
      world.clockAheadMs = Date.parse(date) - world.at;
    };
    const { documents, records, readProtections } = world.ports;
    const wasIntended = () => world.asked.some(({ op }) => op === "intent");
    const ports: World["ports"] = {
      ...world.ports,
      documents: {
        ...documents,
        read: async (name) => {
          const found = await documents.read(name);
          if (after === "cap" && name === "cleanup/cap" && !wasIntended()) leap();
          return found;
        },
        write: async (name, document) => {
          const answer = await documents.write(name, document);
          if (name === "cleanup/cap") world.clockAheadMs = 0;
          return answer;
        },
      },
      records: {
        ...records,
        put: async (record) => {
          world.clockAheadMs = 0;
          const answer = await records.put(record);
          if (after === "put" && record.state === "intended") leap();
          return answer;
        },
        between: async (...asked) => {
          if (after === "put" && wasIntended()) world.clockAheadMs = 0;
          const found = await records.between(...asked);
          if (after === "between" && wasIntended()) leap();
          return found;
        },
      },
      readProtections: async (...asked) => {
        if (wasIntended()) world.clockAheadMs = 0;
        return readProtections(...asked);
      },
    };
    expect(outcomesOf(await world.pass(inputOf(), ports))).toEqual(["a refused taken"]);
    expect(world.stopped.size).toBe(0);
    world.clockAheadMs = 0;
    expect(await documents.read("cleanup/cap")).toBeNull();
    for (const { state, intendedAt } of await world.recordsOf("a")) {
      expect([state, intendedAt]).toEqual(["abandoned", minute(130)]);
    }
  });

  it.each([-3, -60])(
    "back by %i minutes while Stop is under way leaves no record that ended before it began",
    async (minutes) => {
      const { world } = await jumped(0);
      world.onAsked = ({ op }) => {
        if (op === "stop") world.clockAheadMs = minutes * 60_000;
      };
      expect(outcomesOf(await world.pass())).toEqual(["a stopped"]);
      expect(await world.recordsOf("a")).toMatchObject([
        { state: "stopped", intendedAt: minute(130), decidedAt: minute(130) },
      ]);
    },
  );

  it("back as the intent is given up leaves no record that ended before it began", async () => {
    const { world } = await jumped(0);
    world.onAsked = ({ op }) => {
      if (op === "intent") world.clockAheadMs = -60_000;
    };
    expect(outcomesOf(await world.pass())).toEqual(["a refused taken"]);
    expect(await world.recordsOf("a")).toMatchObject([
      { state: "abandoned", intendedAt: minute(130), decidedAt: minute(130) },
    ]);
  });
});
