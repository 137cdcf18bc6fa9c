import { beforeAll, describe, expect, it } from "vitest";
import type { CleanupReport } from "../../core/reporting/cleanup-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, run } = world;

// States that remember what was seen, and have told nobody yet.
beforeAll(async () => {
  expect((await ask("seen", "plan", "--out", "seen.json")).exit).toBe(0);
  for (const state of ["watched", "told"]) world.copy("seen", state);
});

async function passed(state: string, ...flags: readonly string[]): Promise<CleanupReport> {
  const policy = ["--policy", "sandmeter.policy.yaml", "--no-accounts", "--json"];
  const { out, err } = await ask(state, "watch", "--once", ...policy, ...flags);
  expect(err).toBe("");
  const report = JSON.parse(out) as { cleanup: CleanupReport };
  expect(violations(publishedSchema("watch-pass.schema.json"), report)).toEqual([]);
  return report.cleanup;
}
const events = ({ events: all }: CleanupReport): readonly string[] =>
  all.map(({ result, detailType }) => `${result} ${detailType}`).toSorted();

describe("watch with policies", () => {
  it("observes while nobody armed it, though a policy enforces: tells each idle session once, and stops none", async () => {
    const first = await passed("watched");
    expect(first).toMatchObject({
      mode: "observe",
      switch: "disarmed",
      targets: [{ region: "us-east-1", stops: [], postponed: 0 }],
    });
    expect(first.targets[0]?.planned).toHaveLength(3);
    expect(first.targets[0]?.leaks.map(({ reason, sessions }) => [reason, sessions])).toEqual([
      ["idle", 3],
      ["no-usage-logs", 1],
    ]);
    expect(events(first)).toEqual(Array.from({ length: 3 }, () => "sent Session Stop Planned"));
    expect(events(await passed("watched"))).toEqual([]);
    expect(await world.stops()).toBe(0);
  });

  it("stops by the policies that enforce, once it is armed, and tells it with the evidence", async () => {
    await run("watched", "arm");
    await world.stops();
    const report = await passed("watched");
    expect(report).toMatchObject({ mode: "enforce", switch: "armed" });
    expect(report.targets[0]?.stops.map(({ outcome, refusal }) => refusal ?? outcome).toSorted()).toEqual([
      "observe",
      "stopped",
      "stopped",
    ]);
    expect(await world.stops()).toBe(2);
    expect(events(report)).toEqual([
      "sent Session Stop Planned",
      "sent Session Stop Planned",
      "sent Session Stopped",
      "sent Session Stopped",
    ]);
    const stopped = report.events.find(({ detailType }) => detailType === "Session Stopped");
    expect(stopped?.detail).toMatchObject({ reason: "idle-observed", evidence: { cpu: { kind: "known" } } });
    await run("watched", "disarm", "--why", "enough");
    expect(events(await passed("watched"))).toEqual(["sent Cleanup Disarmed"]);
  });

  it("tells it in lines, and of nothing without a policy", async () => {
    const { out } = await ask(
      "told",
      "watch",
      "--once",
      "--no-accounts",
      "--no-publish",
      "--policy",
      "sandmeter.policy.yaml",
    );
    expect(out).toMatch(
      /clean-up as of .*, observing \(switch disarmed\): 1 idle, 1 kept that nothing can prove, 0 runaways \(not known of 1\), of 3 sessions/,
    );
    expect(out).toContain("not sent  us-east-1  Session Stop Planned: watched-\\e[31mred");
    const { out: plain } = await ask("plain", "watch", "--once", "--no-accounts");
    expect(plain).not.toContain("clean-up");
    expect((await ask("bad", "watch", "--once", "--policy", "missing.yaml")).exit).toBe(2);
  });
});
