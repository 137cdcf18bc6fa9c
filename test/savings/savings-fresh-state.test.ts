import { describe, expect, it } from "vitest";
import type { savingsJson } from "../../cli/savings/savings-json.ts";
import type { ExplainReport } from "../../core/reporting/explain-report.ts";
import { cleanupWorld } from "../cleanup-cli/cleanup-world.ts";

const world = await cleanupWorld();
const { ask, run } = world;
const live = (await world.aws.ready()).map((text) => text.split(" "));
const idOf = (interpreter: string): string => live.find(([, own]) => own?.startsWith(interpreter) === true)?.[2] ?? "";

async function savedWith(state: string): Promise<ReturnType<typeof savingsJson>> {
  const { exit, out, err } = await run(state, "savings", "--json");
  expect([exit, err]).toEqual([0, ""]);
  return JSON.parse(out) as ReturnType<typeof savingsJson>;
}

describe("savings of a state that no `watch` ever saw", () => {
  it("have what a person stopped, and its explanation needs nothing but the state", async () => {
    const session = idOf("busy");
    await run("hand", "arm");
    const stop = await ask("hand", "stop", session, "--reason", "incident 4711", "--yes", "--json");
    expect(JSON.parse(stop.out)).toMatchObject({ outcomes: [{ outcome: "stopped" }] });
    const json = await savedWith("hand");
    expect(json.total).toMatchObject({ stops: 0, byChoice: { stops: 1 } });
    expect(json.stops).toMatchObject([{ session, region: "us-east-1", policy: null }]);
    const before = await world.aws.takeCalls();
    expect(Object.keys(before)).not.toEqual([]);
    const explained = JSON.parse((await run("hand", "explain", session, "--json")).out) as ExplainReport;
    expect(explained).toMatchObject({ from: "record", session });
    expect(await world.aws.takeCalls()).toEqual({});
  });

  it("have what a plan stopped", async () => {
    await run("planned", "arm");
    const planned = await ask("planned", "plan", "--out", "planned.json", "--json");
    expect(planned.exit).toBe(0);
    const applied = await ask("planned", "apply", "planned.json", "--yes", "--json");
    const { outcomes } = JSON.parse(applied.out) as { outcomes: readonly { outcome: string; session: string }[] };
    const stopped = outcomes.filter(({ outcome }) => outcome === "stopped").map(({ session }) => session);
    expect(stopped).toHaveLength(2);
    const json = await savedWith("planned");
    expect(json.stops.map(({ session }) => session).toSorted()).toEqual(stopped.toSorted());
    expect(json.stops.every(({ policy }) => policy === "leaks")).toBe(true);
  });
});
