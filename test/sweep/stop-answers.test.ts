import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import type { StopAnswer } from "../../core/ports/stops.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { messageOf, outcomesOf } from "./outcomes.ts";
import { inputOf, type Scripted, sweepWorld } from "./sweep-world.ts";

const unsure = (code: string): StopAnswer => ({ kind: "unsure", problem: { code, message: `It said ${code}.` } });
const denied: StopAnswer = { kind: "refused", problem: { code: "AccessDenied", message: "Not allowed." } };
const says = (answer: StopAnswer, works: boolean): Scripted => ({ answer, works });
const accepted = says({ kind: "accepted" }, true);
const ignored = says({ kind: "accepted" }, false);

const passWith = async (script: readonly Scripted[], settlingMs = 0) => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  world.script.push(...script);
  world.settlingMs = settlingMs;
  const swept = await world.pass();
  holdLaws(world);
  const records = await world.recordsOf("a");
  const stops = world.asked.filter(({ op }) => op === "stop").length;
  return { world, swept, states: records.map(({ state }) => state), stops };
};

describe("Stop answers", () => {
  it.each([
    ["that it is done", [accepted], ["stopped"], 1],
    ["500 after it had its effect", [says(unsure("InternalServerException"), true)], ["stopped"], 1],
    ["nothing after it had its effect", [says(unsure("TimeoutError"), true)], ["stopped"], 1],
    ["429, and had none", [says(unsure("ThrottlingException"), false), accepted], ["failed", "stopped"], 2],
    ["500, and had none", [says(unsure("InternalServerException"), false), accepted], ["failed", "stopped"], 2],
    ["that it is done, and it lives on", [ignored, accepted], ["failed", "stopped"], 2],
    ["that it is gone, and it lives on", [says({ kind: "gone" }, false), accepted], ["failed", "stopped"], 2],
  ] as const)("%s", async (_, script, expected, sent) => {
    const { world, swept, states, stops } = await passWith(script);
    expect(states).toEqual(expected);
    expect(stops).toBe(sent);
    expect(outcomesOf(swept)).toEqual(["a stopped"]);
    await holdOutcomes(world);
  });

  it.each([
    [[ignored, ignored], "still READY 31.5 seconds after attempt 2"],
    [[says(unsure("ThrottlingException"), false), says(unsure("ThrottlingException"), false)], "ThrottlingException"],
  ] as const)("without effect, twice, and is not sent a third time", async (script, said) => {
    const { world, swept, states, stops } = await passWith(script);
    // The last one may yet work.
    expect(states).toEqual(["failed", "intended"]);
    expect(stops).toBe(2);
    expect(outcomesOf(swept)).toEqual(["a failed"]);
    expect(messageOf(swept)).toContain(said);
    expect(world.stopped.size).toBe(0);
    world.at = minute(132);
    const { finished } = await world.pass(inputOf({ act: false }));
    expect(finished.map(({ state, problem }) => [state, problem?.code])).toEqual([["failed", "StillReady"]]);
    await holdOutcomes(world);
  });

  it("that it may not, and is not sent again", async () => {
    const { swept, states, stops, world } = await passWith([says(denied, false)]);
    expect(states).toEqual(["failed"]);
    expect(stops).toBe(1);
    expect(messageOf(swept)).toBe("Not allowed.");
    await holdOutcomes(world);
  });

  it("with a token of its own for each attempt, and the next pass goes on counting", async () => {
    const { world } = await passWith([ignored, ignored]);
    world.at = minute(132);
    await world.pass();
    const records = await world.recordsOf("a");
    expect(records.map(({ attempt, state }) => `${attempt} ${state}`)).toEqual(["1 failed", "2 failed", "3 stopped"]);
    expect(new Set(records.map(({ clientToken }) => clientToken)).size).toBe(3);
  });

  it("that it is gone where it ended by itself just before: nobody claims that", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.onAsked = ({ op }) => {
      if (op === "intent") world.lives.set("a", leak("a", { stoppedAt: world.at }));
    };
    const swept = await world.pass();
    expect(outcomesOf(swept)).toEqual(["a already-gone"]);
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["already-gone"]);
    await holdOutcomes(world);
  });

  it("late: the first has its effect after its attempt was given up, and the second finds it gone", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.script.push(ignored);
    const tokens = new Set<string | undefined>();
    world.onAsked = ({ op, token }) => {
      if (op === "intent") tokens.add(token);
      if (tokens.size === 2) world.stopped.set("a", world.at);
    };
    expect(outcomesOf(await world.pass())).toEqual(["a stopped"]);
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["failed", "stopped"]);
  });

  it("late: the first has its effect before the second is sent, so that none is", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.script.push(ignored);
    world.onAsked = ({ op }) => {
      if (op === "intent" && world.asked.some((it) => it.op === "stop")) world.stopped.set("a", world.at);
    };
    expect(outcomesOf(await world.pass())).toEqual(["a stopped"]);
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["stopped"]);
    expect(world.asked.filter(({ op }) => op === "stop")).toHaveLength(1);
    await holdOutcomes(world);
  });
});

describe("Get says READY for a while after a stop", () => {
  it.each([
    [0, 2],
    [2_000, 5],
    [20_000, 8],
    [31_500, 8],
  ])("of %i ms: it is asked again, %i times in all", async (settlingMs, gets) => {
    const { world, swept, stops } = await passWith([], settlingMs);
    expect(outcomesOf(swept)).toEqual(["a stopped"]);
    expect(stops).toBe(1);
    expect(world.asked.filter(({ op }) => op === "get").length).toBe(gets);
  });

  it("for longer: the second attempt finds out that the first worked", async () => {
    const { swept, states, stops } = await passWith([], 31_501);
    expect(outcomesOf(swept)).toEqual(["a stopped"]);
    expect(states).toEqual(["failed", "stopped"]);
    expect(stops).toBe(2);
  });
});

describe("a session that ends minutes after it was stopped", () => {
  it("is found out by a later pass, and counts as stopped once", async () => {
    const { world, swept, states } = await passWith([], 120_000);
    expect(outcomesOf(swept)).toEqual(["a failed"]);
    expect(states).toEqual(["failed", "intended"]);
    world.at = minute(125);
    expect((await world.pass()).finished).toEqual([]);
    world.at = minute(132);
    expect((await world.pass()).finished.map(({ state, attempt }) => [state, attempt])).toEqual([["stopped", 2]]);
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["failed", "stopped"]);
    await holdOutcomes(world);
  });

  it("is, too, where nothing more was sent, as somebody disarmed meanwhile", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.settlingMs = 120_000;
    world.onAsked = ({ op }) => {
      if (op === "stop") void world.arm("disarmed");
    };
    expect(outcomesOf(await world.pass())).toEqual(["a failed"]);
    world.at = minute(132);
    expect((await world.pass(inputOf({ act: false }))).finished.map(({ state }) => state)).toEqual(["stopped"]);
  });

  it.each([
    ["after the intent of the second was written", 3],
    ["after the second had its outcome", 4],
  ])("once, where the run was killed %s", async (_, writes) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.settlingMs = 40_000;
    const killed = new Error("killed");
    let left = writes;
    const put: typeof world.ports.records.put = async (record) => {
      const answer = await world.ports.records.put(record);
      left -= 1;
      if (left === 0) throw killed;
      return answer;
    };
    await expect(world.pass(inputOf(), { ...world.ports, records: { ...world.ports.records, put } })).rejects.toBe(
      killed,
    );
    world.at = minute(132);
    await world.pass();
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["failed", "stopped"]);
  });

  it.each([
    ["that it is done, and does nothing", [ignored, ignored], ["b refused breaker"]],
    ["that it may not", [says(denied, false)], ["b stopped"]],
  ] as const)("counts for the breaker as long as Stop was sent: it says %s", async (_, script, expected) => {
    const { world } = await passWith(script);
    world.lives.set("a", leak("a", { busy: [{ from: minute(90), until: minute(140) }] }));
    world.lives.set("b", leak("b"));
    world.at = minute(132);
    const [usual] = inputOf().policies.policies;
    if (usual === undefined) throw new Error("no policy");
    const breaker = { ...usual.breaker, maxStops: 1 };
    const swept = await world.pass(inputOf({}, { policies: [{ ...usual, breaker, maxStopsPerPass: 1 }] }));
    expect(swept.finished).toHaveLength(script.length - 1);
    expect(outcomesOf(swept)).toEqual(expected);
  });
});

it.each([
  [67, "b refused breaker"],
  [100, "b stopped"],
])(
  "counts a session that lives on after Stop once among those that live: %i %% of two",
  async (maxStopsPct, expected) => {
    const { world } = await passWith([ignored, ignored]);
    world.lives.set("b", leak("b"));
    world.at = minute(132);
    const [usual] = inputOf().policies.policies;
    if (usual === undefined) throw new Error("no policy");
    const breaker = { ...usual.breaker, maxStopsPct };
    const swept = await world.pass(inputOf({}, { policies: [{ ...usual, breaker }] }));
    expect(outcomesOf(swept)).toContain(expected);
  },
);

describe("a run that sleeps after its intent, which another gives up meanwhile", () => {
  const asleep = async (answer: StopAnswer | null) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const stopSession: typeof world.ports.stopSession = async (...asked) => {
      world.at = plusMs(world.at, 11 * 60_000);
      const other = await world.pass(inputOf({ act: false }));
      expect(other.finished.map(({ state }) => state)).toEqual(["abandoned"]);
      return answer ?? world.ports.stopSession(...asked);
    };
    const swept = await world.pass(inputOf(), { ...world.ports, stopSession });
    return { world, swept };
  };

  it("writes down that it stopped it all the same", async () => {
    const { world, swept } = await asleep(null);
    expect(outcomesOf(swept)).toEqual(["a stopped"]);
    expect(messageOf(swept)).toBe("");
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["stopped"]);
  });

  it("and why it was refused", async () => {
    const { world } = await asleep(denied);
    expect((await world.recordsOf("a")).map(({ state, problem }) => [state, problem?.code])).toEqual([
      ["failed", "AccessDenied"],
    ]);
  });

  it("says so where another outcome stands", async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    const stopSession: typeof world.ports.stopSession = async () => {
      world.lives.set("a", leak("a", { stoppedAt: world.at }));
      world.at = plusMs(world.at, 11 * 60_000);
      expect((await world.pass(inputOf({ act: false }))).finished.map(({ state }) => state)).toEqual(["stopped"]);
      return { kind: "gone" };
    };
    const swept = await world.pass(inputOf(), { ...world.ports, stopSession });
    expect(outcomesOf(swept)).toEqual(["a already-gone"]);
    expect(messageOf(swept)).toContain('"already-gone" was not written down, as another run has written "stopped"');
  });
});

it("claims one stop of the cap for all attempts at a session", async () => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  world.script.push(ignored);
  expect(outcomesOf(await world.pass(inputOf({ cap: { maxStops: 1, windowMs: 3_600_000 } })))).toEqual(["a stopped"]);
});

it("sends nothing for a session that was stopped, even where the service says that it lives", async () => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  await world.pass();
  world.settlingMs = 3_600_000;
  expect(outcomesOf(await world.pass())).toEqual(["a already-gone"]);
  expect(world.asked.filter(({ op }) => op === "stop")).toHaveLength(1);
});

describe("Get cannot be read after a stop", () => {
  const readable = async (from: number) => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    let gets = 0;
    const ports = {
      ...world.ports,
      getSession: (async (...asked) => {
        gets += 1;
        return gets === 1 || gets >= from
          ? world.ports.getSession(...asked)
          : { kind: "failed", problem: { code: "ThrottlingException", message: "slow down" } };
      }) satisfies typeof world.ports.getSession,
    };
    return { world, swept: await world.pass(inputOf(), ports) };
  };

  it("once: it is asked again", async () => {
    const { world, swept } = await readable(3);
    expect(outcomesOf(swept)).toEqual(["a stopped"]);
    await holdOutcomes(world);
  });

  it("at all: the intent stays, nothing is sent twice, and a later pass finds out", async () => {
    const { world, swept } = await readable(100);
    expect(outcomesOf(swept)).toEqual(["a failed"]);
    expect(messageOf(swept)).toContain("whether it did is not known yet");
    expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["intended"]);
    world.at = minute(131);
    const later = await world.pass();
    expect(later.finished.map(({ state }) => state)).toEqual(["stopped"]);
    expect(world.asked.filter(({ op }) => op === "stop").length).toBe(1);
    holdLaws(world);
    await holdOutcomes(world);
  });
});
