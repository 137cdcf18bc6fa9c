import { describe, expect, it } from "vitest";
import type { Target } from "../../core/inventory/target.ts";
import { region } from "../../core/kernel/ids.ts";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { passes, remembered, story, worldOf } from "./keep-fixture.ts";
import { minutes, target } from "./settle-fixture.ts";

const other: Target = { ...target, region: region("eu-west-1") };
const unreachable = () => {
  throw new RegistryError("unreachable", "the store does not answer: try again");
};

describe("a store that fails", () => {
  it("for one target stops that target alone", async () => {
    const world = worldOf(story, { targets: [target, other] });
    const { ledger } = world.ports;
    await world.passAt(minutes(40));
    const failing = { ...ledger, open: (it: Target) => (it.region === other.region ? unreachable() : ledger.open(it)) };
    const { targets, complete } = await world.passAt(minutes(200), { ...world.ports, ledger: failing });
    expect(targets.map(({ status, problems }) => [status, problems.map(({ code }) => code)])).toEqual([
      ["ok", []],
      ["failed", ["StateUnavailable"]],
    ]);
    expect(targets[0]?.closed).toBeGreaterThan(0);
    expect(complete).toBe(false);
  });

  it.each(["write", "restated"] as const)("in history's %s costs nothing but time", async (name) => {
    const alone = worldOf(story);
    for (const now of passes) await alone.passAt(now);
    const world = worldOf(story);
    for (const now of passes) {
      const history = { ...world.ports.history, [name]: async () => unreachable() };
      const { targets } = await world.passAt(now, { ...world.ports, history });
      const isNeeded = targets.some(({ status }) => status === "failed");
      if (isNeeded)
        expect(targets[0]?.problems.map(({ message }) => message)).toContain("the store does not answer: try again");
      await world.passAt(now);
    }
    expect(await remembered(world)).toEqual(await remembered(alone));
  });

  it("for a reason that is no store's is no silent failure", async () => {
    const world = worldOf(story);
    const readTags = async () => {
      throw new TypeError("a mistake");
    };
    await expect(world.passAt(minutes(40), { ...world.ports, readTags })).rejects.toThrow("a mistake");
  });
});

it("is partial where something could not be read, and says what", async () => {
  const world = worldOf(story);
  const problem = { code: "AccessDenied", message: "allow bedrock-agentcore:ListTagsForResource" };
  const outcome = await world.passAt(minutes(40), {
    ...world.ports,
    readTags: async () => ({ kind: "failed", problem }),
  });
  // One for both interpreters.
  expect(outcome).toMatchObject({
    complete: false,
    targets: [{ status: "partial", problems: [{ code: "AccessDenied" }] }],
  });
});
