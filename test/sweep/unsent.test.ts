import { expect, it } from "vitest";
import { sweep } from "../../core/jobs/sweep/sweep.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { holdLaws } from "./laws.ts";
import { leak, minute } from "./lives.ts";
import { outcomesOf } from "./outcomes.ts";
import { inputOf, sweepWorld, type World } from "./sweep-world.ts";

/** Something happens right after the intent is written, before Stop is sent. */
async function afterIntent(what: (world: World) => Partial<World["ports"]> | undefined, signal: AbortSignal) {
  const world = await sweepWorld(minute(120), [leak("a")]);
  const ports = { ...world.ports };
  const put: World["ports"]["records"]["put"] = async (record) => {
    const answer = await world.ports.records.put(record);
    if (record.state === "intended") Object.assign(ports, what(world));
    return answer;
  };
  ports.records = { ...world.ports.records, put };
  const live: World["ports"] = {
    ...ports,
    readProtections: () => ports.readProtections(),
    readSwitch: (until) => ports.readSwitch(until),
  };
  const run = sweep(live)(world.at, inputOf(), world.scan(), signal);
  return { world, run };
}
const statesOf = async (world: World) => (await world.recordsOf("a")).map(({ state }) => state);

/** By itself, some minutes later: nobody is to say then that it was stopped. */
async function endsByItself(world: World): Promise<readonly string[]> {
  world.lives.set("a", leak("a", { stoppedAt: minute(125) }));
  world.at = minute(131);
  await world.pass();
  holdLaws(world);
  return statesOf(world);
}

it("gives up an intent where the run is ended before Stop is sent, so that nobody takes it for a stop", async () => {
  const enough = new AbortController();
  const { world, run } = await afterIntent(() => {
    enough.abort(new Error("Ctrl-C"));
    return {
      readSwitch: async (signal) => {
        signal.throwIfAborted();
        return world.ports.readSwitch(signal);
      },
    };
  }, enough.signal);
  await expect(run).rejects.toThrow("Ctrl-C");
  expect(await statesOf(world)).toEqual(["abandoned"]);
  expect(await endsByItself(world)).toEqual(["abandoned"]);
});

it("does where the state does not answer whether it is protected", async () => {
  const { world, run } = await afterIntent(
    () => ({
      readProtections: async () => {
        throw new RegistryError("unreachable", "The state does not answer.");
      },
    }),
    new AbortController().signal,
  );
  expect(outcomesOf(await run)).toEqual(["a refused state-unavailable"]);
  expect(world.asked.filter(({ op }) => op === "stop")).toEqual([]);
  expect(await endsByItself(world)).toEqual(["abandoned"]);
});
