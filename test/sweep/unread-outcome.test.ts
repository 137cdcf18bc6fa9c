import { describe, expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws, holdOutcomes } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { messageOf, outcomesOf } from "./outcomes.ts";
import { inputOf, policy, sweepWorld } from "./sweep-world.ts";

describe("a Stop that was sent, after which Get cannot be read", () => {
  const unread = async () => {
    const world = await sweepWorld(minute(120), [leak("a")]);
    world.script.push({ answer: { kind: "accepted" }, works: false });
    const problem = { code: "ThrottlingException", message: "slow down" };
    const getSession: typeof world.ports.getSession = async (...asked) =>
      world.asked.some(({ op }) => op === "stop") ? { kind: "failed", problem } : world.ports.getSession(...asked);
    expect(outcomesOf(await world.pass(inputOf(), { ...world.ports, getSession }))).toEqual(["a failed"]);
    world.lives.set("a", leak("a", { busy: [{ from: minute(90), until: minute(140) }] }));
    world.at = minute(132);
    return world;
  };

  it("has failed where the session lives on, and is not taken for one that was never sent", async () => {
    const world = await unread();
    const { finished } = await world.pass(inputOf({ act: false }));
    expect(finished.map(({ state, problem }) => [state, problem?.code])).toEqual([["failed", "StillReady"]]);
    holdLaws(world);
    await holdOutcomes(world);
  });

  it("counts for the breaker", async () => {
    const world = await unread();
    world.lives.set("b", leak("b"));
    const breaker = { maxStops: 1, maxStopsPct: 100, windowMs: 3_600_000 };
    const swept = await world.pass(inputOf({}, { policies: [policy({ breaker })] }));
    expect(outcomesOf(swept)).toEqual(["b refused breaker"]);
  });
});

it("a run that another took for dead goes on from the record as it stands", async () => {
  const world = await sweepWorld(minute(120), [leak("a")]);
  let stops = 0;
  const stopSession: typeof world.ports.stopSession = async (...asked) => {
    stops += 1;
    if (stops > 1) return world.ports.stopSession(...asked);
    world.at = plusMs(world.at, 11 * 60_000);
    expect((await world.pass(inputOf({ act: false }))).finished.map(({ state }) => state)).toEqual(["abandoned"]);
    return { kind: "accepted" };
  };
  const swept = await world.pass(inputOf(), { ...world.ports, stopSession });
  expect([outcomesOf(swept), messageOf(swept)]).toEqual([["a stopped"], ""]);
  expect((await world.recordsOf("a")).map(({ state }) => state)).toEqual(["failed", "stopped"]);
});
