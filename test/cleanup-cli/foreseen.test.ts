import { beforeAll, describe, expect, it } from "vitest";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, run, fast } = world;
const one = ["--config", "one.yaml"];

/** What each session of the policy that enforces comes to, in the order of the plan. */
async function outcomesOf(...argv: readonly string[]) {
  const { exit, out } = await ask("foreseen", ...argv, "--json");
  const all = (JSON.parse(out) as StopReport).outcomes.filter(({ policy }) => policy === "leaks");
  return { exit, outcomes: all.map(({ outcome, refusal }) => refusal ?? outcome), all };
}

beforeAll(async () => {
  world.write("one.yaml", "cleanup: { invocationStamp: start, cap: { maxStops: 1, window: 1d } }\n");
  await ask("foreseen", "plan", "--out", "foreseen.json");
  await run("foreseen", "arm");
});

describe("a dry run", () => {
  it("says of those beyond what the cap leaves that it refuses them, and of those that were stopped that they are gone", async () => {
    const before = await outcomesOf("apply", "foreseen.json", ...one);
    expect(before).toMatchObject({ exit: 4, outcomes: ["would-stop", "cap"] });
    expect(before.all[1]?.message).toMatch(
      /^cleanup\.cap allows 1 stop in 1 d, all targets together, and it has been made: the next can be made from .*Z on\.$/,
    );
    const done = await outcomesOf("apply", "foreseen.json", ...one, "--yes");
    expect(done).toMatchObject({ exit: 4, outcomes: ["stopped", "cap"] });
    // Of the cap nothing is left now, and of the plan one.
    const after = await outcomesOf("apply", "foreseen.json", ...one);
    expect(after).toMatchObject({ exit: 4, outcomes: ["already-gone", "cap"] });
    expect(after.all[1]?.message).toBe(done.all[1]?.message);
    const other = await outcomesOf("apply", "foreseen.json");
    expect(other).toMatchObject({ exit: 4, outcomes: ["already-gone", "would-stop"] });
  });

  it("of stop tells of the cap, too", async () => {
    const [, second] = (await outcomesOf("apply", "foreseen.json")).all;
    const asked = ["stop", second?.session ?? "", "--reason", "incident 4711"];
    expect(await outcomesOf(...asked, ...one)).toMatchObject({ exit: 1, outcomes: ["cap"] });
    expect(await outcomesOf(...asked)).toMatchObject({ exit: 0, outcomes: ["would-stop"] });
  });

  it("of apply says that all are gone once they are, and nothing of what to do next", async () => {
    await outcomesOf("apply", "foreseen.json", "--yes");
    const { out } = await run("foreseen", "apply", "foreseen.json", ...fast);
    expect(out).toContain("2 already-gone, 1 refused.");
    expect(out).not.toContain("stops exactly these");
    expect(await world.stops()).toBe(2);
  });
});
