import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, sweepWorld, type World } from "./sweep-world.ts";

const anyOne = { account: null, region: null, interpreter: null, session: null, name: null };

/** While the intent is written, which may take as long as the state is slow. */
async function whileIntended(what: (world: World) => unknown, planLifetimeMs = 15 * 60_000) {
  const world = await sweepWorld(minute(120), [leak("a")]);
  const put: World["ports"]["records"]["put"] = async (record) => {
    const answer = await world.ports.records.put(record);
    if (record.state === "intended") await what(world);
    return answer;
  };
  const swept = await world.pass(inputOf({ planLifetimeMs }), {
    ...world.ports,
    records: { ...world.ports.records, put },
  });
  holdLaws(world);
  return { world, swept };
}

describe("between the written intent and the stop", () => {
  it.each([
    ["somebody disarms", (world: World) => world.arm("disarmed"), "disarmed"],
    [
      "somebody protects it",
      (world: World) => {
        world.protections = [{ match: anyOne, source: "hand", until: null, why: "wait" }];
      },
      "protected",
    ],
    [
      "the plan expires",
      (world: World) => {
        world.at = plusMs(world.at, 60_000);
      },
      "expired",
      60_000,
    ],
    [
      "more than two minutes pass",
      (world: World) => {
        world.at = plusMs(world.at, 2 * 60_000 + 1);
      },
      "taken",
    ],
  ] as const)(
    "%s: nothing is sent, and the intent is given up",
    async (_what, happens, reason, planLifetimeMs?: number) => {
      const { world, swept } = await whileIntended(happens, planLifetimeMs);
      expect(outcomesOf(swept)).toEqual([`a refused ${reason}`]);
      expect(world.asked.filter(({ op }) => op === "stop")).toEqual([]);
      expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["abandoned"]);
    },
  );

  it("two minutes pass: it is stopped", async () => {
    const { swept } = await whileIntended((world) => {
      world.at = plusMs(world.at, 2 * 60_000);
    });
    expect(outcomesOf(swept)).toEqual(["a stopped"]);
  });
});

describe("a session that was told to be stopped, and lives", () => {
  it("is looked at anew, and keeps no other from its turn", async () => {
    const world = await sweepWorld(minute(120), [leak("a"), leak("b")]);
    // Stop is taken and does nothing; Get says once that it is gone.
    world.script.push({ answer: { kind: "accepted" }, works: false });
    let lies = 1;
    const getSession: World["ports"]["getSession"] = async (target, interpreter, session, signal) => {
      const isAfterStop = world.asked.some(({ op }) => op === "stop");
      if (session === "a" && isAfterStop && lies-- > 0) return { kind: "gone" };
      return world.ports.getSession(target, interpreter, session, signal);
    };
    const one = inputOf({}, { policies: inputOf().policies.policies.map((it) => ({ ...it, maxStopsPerPass: 1 })) });
    expect(outcomesOf(await world.pass(one, { ...world.ports, getSession }))).toEqual(["a stopped"]);
    expect(world.stopped.size).toBe(0);
    world.at = minute(131);
    await world.pass(one);
    world.at = minute(142);
    await world.pass(one);
    expect([...world.stopped.keys()].toSorted()).toEqual(["a", "b"]);
    expect((await world.recordsOf("a")).map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, "stopped"],
      [2, "stopped"],
    ]);
  });
});
