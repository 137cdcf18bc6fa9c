import { expect, it } from "vitest";
import { plusMs } from "../../core/kernel/instant.ts";
import { holdLaws } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { messageOf, outcomesOf } from "./outcomes.ts";
import { inputOf, sweepWorld, type World } from "./sweep-world.ts";

/** The look just before the stop takes its time: it knows of nothing that began meanwhile. */
async function lookThatTakes(ms: number, meanwhile: "nothing" | "a call") {
  const world = await sweepWorld(minute(120), [leak("a")]);
  const slow = async (): Promise<void> => {
    if (!world.asked.some(({ op }) => op === "get")) return;
    const from = world.at;
    world.at = plusMs(world.at, ms);
    if (meanwhile === "a call") world.lives.set("a", leak("a", { calls: [{ from, until: world.at }] }));
  };
  const readSessionCpu: World["ports"]["readSessionCpu"] = async (...asked) => {
    const seen = await world.ports.readSessionCpu(...asked);
    await slow();
    return seen;
  };
  const swept = await world.pass(inputOf(), { ...world.ports, readSessionCpu });
  holdLaws(world);
  return { world, swept };
}

it.each([
  [5 * 60_000, "a stopped"],
  [5 * 60_000 + 1, "a refused taken"],
  [14 * 60_000, "a refused taken"],
])("a last look that takes %i ms is as old as its beginning: %s", async (ms, outcome) => {
  const { world, swept } = await lookThatTakes(ms, "nothing");
  expect(outcomesOf(swept)).toEqual([outcome]);
  // What is too late for a stop takes nothing of the cap.
  expect((await world.ports.documents.read("cleanup/cap")) !== null).toBe(outcome === "a stopped");
  expect(world.asked.filter(({ op }) => op === "stop")).toHaveLength(outcome === "a stopped" ? 1 : 0);
});

it("does not stop a session that began to work while it was looked at for minutes", async () => {
  const { world, swept } = await lookThatTakes(10 * 60_000, "a call");
  expect(outcomesOf(swept)).toEqual(["a refused taken"]);
  expect(messageOf(swept)).toContain("looked at 600 seconds ago");
  expect(world.stopped.size).toBe(0);
});
