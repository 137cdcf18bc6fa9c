import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { PlanReport } from "../../core/reporting/plan-report.ts";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const { ask, run } = world;

let base: { readonly exit: number; readonly report: PlanReport };
beforeAll(async () => {
  const { exit, out, err } = await ask("base", "plan", "--json", "--out", "base.json");
  expect(err).toBe("");
  base = { exit, report: JSON.parse(out) as PlanReport };
});
/** A state of its own that has the plan. */
function planned(state: string): PlanReport {
  world.copy("base", state);
  return base.report;
}
async function applied(state: string, ...flags: readonly string[]): Promise<{ exit: number; report: StopReport }> {
  const { exit, out, err } = await ask(state, "apply", `${state}.json`, "--json", ...flags);
  expect(err).toBe("");
  const report = JSON.parse(out) as StopReport;
  expect(violations(publishedSchema("apply.schema.json"), report)).toEqual([]);
  return { exit, report };
}
const outcomes = ({ outcomes: all }: StopReport) => all.map(({ outcome, refusal }) => refusal ?? outcome).toSorted();
/** Changes the file of a plan. */
const edited = (state: string, change: (text: string) => string): void =>
  world.write(`${state}.json`, change(readFileSync(path.join(world.folder(), `${state}.json`), "utf8")));

describe("plan", () => {
  it("shows what would be stopped, what cannot be proved and what to turn on, and stops nothing", async () => {
    const { exit, report } = base;
    expect(exit).toBe(0);
    expect(violations(publishedSchema("plan.schema.json"), report)).toEqual([]);
    expect(report.stops.map((stop) => [stop.name, stop.policy, stop.reason, stop.onlyObserved]).toSorted()).toEqual([
      ["desk", "leaks", "idle-observed", false],
      ["desk", "leaks", "idle-observed", false],
      ["watched-\u001b[31mred", "watched", "idle-observed", true],
    ]);
    expect(report.decisions).toMatchObject({ "idle-observed": 3, unprovable: 1, active: 1 });
    expect(report.leaks).toMatchObject([
      { reason: "idle", provable: true, sessions: 3 },
      { reason: "no-usage-logs", provable: false, sessions: 1, turnOn: "USAGE_LOGS" },
    ]);
    expect(report.switch).toBe("disarmed");
    expect(await world.stops()).toBe(0);
  });

  it("tells it as a table, other people's text harmless, and how to apply it", async () => {
    planned("told");
    const { exit, out } = await ask("told", "plan");
    expect(exit).toBe(0);
    expect(out).toContain("watched-\\e[31mred");
    expect(out).toMatch(
      /\n2 sessions would be stopped, which saves \$\S+\. 1 more by policies that only observe would not, which would save \$/,
    );
    expect(out).toMatch(/dark-\w+ +1 .* USAGE_LOGS +no-usage-logs/);
    expect(out).toContain("5 live sessions: 1 active, 1 unprovable, 3 idle-observed.");
    expect(out).toMatch(/`sandmeter apply \d{8}T\d{9}Z-[0-9a-f]{16} --state \S+` shows it/);
    expect(out).toContain("`mode: enforce` lets a policy stop sessions.");
    expect(out).toContain("Stopping is not armed: `sandmeter arm` allows it.");
  });

  it("repeats in the hint where the plan is kept and by which policies it was made, as apply needs them", async () => {
    world.write("a policy.yaml", readFileSync(path.join(world.folder(), "sandmeter.policy.yaml"), "utf8"));
    const flags = ["--policy", "a policy.yaml"];
    const { out } = await ask("base", "plan", "--out", "hint.json", ...flags);
    const state = path.join(world.folder(), "base.sqlite");
    expect(out).toContain(`\`sandmeter apply hint.json --policy 'a policy.yaml' --state ${state}\` shows it`);
    const applied = await ask("base", "apply", "hint.json", ...flags);
    expect(applied.out).toContain(
      `\`sandmeter apply hint.json --policy 'a policy.yaml' --state ${state} --yes\` stops`,
    );
  });

  it("says where a policy file should be, with everything else that is wrong", async () => {
    const { exit, err } = await run("none", "plan", "--policy", "missing.yaml", "--regions", "us-est-1", "--out", "");
    expect(exit).toBe(2);
    expect(err).toContain("there is no policy file missing.yaml");
    expect(err).toContain('unknown Region "us-est-1": did you mean us-east-1?');
    expect(err).toContain("--out needs the name of a file");
  });
});

describe("apply", () => {
  it("is a dry run by default: it says what would be stopped, and stops nothing, though all is armed", async () => {
    planned("dry");
    await run("dry", "arm");
    const { exit, report } = await applied("dry");
    expect(exit).toBe(4);
    expect(report.acted).toBe(false);
    expect(outcomes(report)).toEqual(["observe", "would-stop", "would-stop"]);
    expect(await world.stops()).toBe(0);
  });

  it("stops nothing while the switch is not armed", async () => {
    planned("off");
    const { exit, report } = await applied("off", "--yes");
    expect(exit).toBe(1);
    expect(outcomes(report)).toEqual(["disarmed", "disarmed", "observe"]);
    expect(await world.stops()).toBe(0);
  });

  it("refuses what was changed, what is in no plan, and what is protected, one by one", async () => {
    const plan = planned("changed");
    await run("changed", "arm");
    const [first, second] = plan.plan.entries.filter(({ policy }) => policy.id === "leaks");
    if (first === undefined || second === undefined) throw new Error("two entries were to be planned");
    edited("changed", (text) => {
      const file = JSON.parse(text) as { plan: { entries: unknown[] } };
      file.plan.entries = plan.plan.entries.map((entry) =>
        entry === first ? { ...entry, createdAt: entry.createdAt - 1 } : entry,
      );
      file.plan.entries.push(second);
      return JSON.stringify(file);
    });
    await run("changed", "protect", second.key.session, "--for", "4h", "--why", "a demo");
    const { report } = await applied("changed", "--yes");
    expect(outcomes(report)).toEqual(["not-in-plan", "observe", "protected", "tampered"]);
    expect(await world.stops()).toBe(0);
  });

  it("refuses a plan that this state never made, and a policy that changed since", async () => {
    planned("moved");
    const elsewhere = await ask("elsewhere", "apply", "moved.json");
    expect(elsewhere.exit).toBe(2);
    expect(elsewhere.err).toContain("this state has no plan");
    world.write("other.yaml", "version: 1\npolicies: [{ id: leaks, mode: enforce, idleAfter: 20m }]\n");
    const { report } = await applied("moved", "--policy", "other.yaml");
    expect(outcomes(report)).toEqual(["outdated", "outdated", "outdated"]);
    for (const { message } of report.outcomes) expect(message).toContain("The policies are those of other.yaml.");
  });

  it("says what is no plan", async () => {
    world.write("broken.json", '{"plan":{"id":1}}');
    for (const [name, told] of [
      ["nowhere.json", "there is no plan nowhere.json"],
      ["broken.json", "broken.json is no plan (plan.id is not a text)"],
      ["20261120T120000000Z-0123456789abcdef", "this state has no plan 20261120T120000000Z-0123456789abcdef"],
    ] as const) {
      const { exit, err } = await run("none", "apply", name);
      expect(exit).toBe(2);
      expect(err).toContain(told);
    }
    expect((await run("none", "apply")).err).toContain("say which plan");
  });

  it("stops exactly what the plan says, once, and explains it from the record", async () => {
    const plan = planned("real");
    await run("real", "arm", "--why", "approved");
    await world.stops();
    const { exit, report } = await applied("real", "--yes");
    expect(exit).toBe(4);
    expect(outcomes(report)).toEqual(["observe", "stopped", "stopped"]);
    expect(await world.stops()).toBe(2);
    const again = await applied("real", "--yes");
    expect(outcomes(again.report)).toEqual(["already-gone", "already-gone", "observe"]);
    expect(await world.stops()).toBe(0);

    const session = plan.stops.find(({ policy }) => policy === "leaks")?.session ?? "";
    const explained = await ask("real", "explain", session, "--json");
    const json = JSON.parse(explained.out) as { from: string; replay: { kind: string }; stops: unknown[] };
    expect(violations(publishedSchema("explain.schema.json"), json)).toEqual([]);
    expect(json).toMatchObject({ from: "record", replay: { kind: "same" }, stops: [{ attempt: 1, state: "stopped" }] });
    const told = await ask("real", "explain", session);
    expect(told.out).toContain("As it was recorded with the stop: stop, idle-observed");
    expect(told.out).toContain("Decided again from the record, the decision is the same.");
  });
});
