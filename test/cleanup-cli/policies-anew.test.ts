import { beforeAll, describe, expect, it } from "vitest";
import type { CleanupReport } from "../../core/reporting/cleanup-report.ts";
import type { StopReport } from "../../core/reporting/stop-report.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const leaks = { interpreter: "tool", profile: "idle-leak" as const, createdSeconds: -6600, timeoutSeconds: 28_800 };
const place = { interpreters: [{ name: "tool", usageLogs: { bucket: "usage" } }], sessions: [{ ...leaks, count: 3 }] };
const world = await cleanupWorld({ places: [{ region: "us-east-1", ...place }] });
const { ask, fast, run, runAt } = world;

const policy = "{ id: all, mode: enforce, idleAfter: 15m, minAge: 5m, breaker: { maxStops: 9, maxStopsPct: 100 } }";
const enforce = `version: 1\npolicies: [${policy}]\n`;
const observe = enforce.replace("enforce", "observe");
const protections = "protections: [{ match: { region: us-east-1 }, why: the board looks }]\n";
const policyFile = (text: string) => (): void => world.write("p.yaml", text);

beforeAll(async () => {
  policyFile(enforce)();
  expect((await ask("seen", "plan", "--policy", "p.yaml", "--out", "seen.json")).exit).toBe(0);
});

/** A watch of two passes that is armed after the first, when something else is changed, too. */
async function watched(state: string, begins: string, change: () => void) {
  policyFile(begins)();
  world.copy("seen", state);
  await world.stops();
  const lines: string[] = [];
  let armed: Promise<unknown> = Promise.resolve();
  const out = (line: string): void => {
    lines.push(line);
    if (lines.length > 1) return;
    change();
    armed = run(state, "arm");
  };
  const flags = ["--passes", "2", "--every", "1s", "--policy", "p.yaml", "--no-accounts", "--no-publish", "--json"];
  const { exit } = await runAt({ out }, state, "watch", ...flags, ...fast);
  await armed;
  const passes = lines.map((line) => JSON.parse(line) as Pass);
  for (const pass of passes) expect(violations(publishedSchema("watch-pass.schema.json"), pass)).toEqual([]);
  // The sweep of the first pass is told with the second where it ended after the first.
  const sweeps = passes.flatMap(({ cleanup, earlier }) => [...earlier.cleanup, ...(cleanup === null ? [] : [cleanup])]);
  return { exit, last: sweeps.at(-1), changes: sweeps.flatMap(({ policyChanges }) => policyChanges) };
}
interface Pass {
  readonly cleanup: CleanupReport | null;
  readonly earlier: { readonly cleanup: readonly CleanupReport[] };
}

describe("a policy file that changes while watch runs", () => {
  it.each([
    ["only observes", policyFile(observe), "policy all: enforce → observe", "observe"],
    ["protects them", policyFile(`${enforce}${protections}`), "1 protection is new", "enforce"],
  ] as const)("and %s stops nothing more, and the change is told", async (name, change, told, mode) => {
    const { exit, last, changes } = await watched(name, enforce, change);
    expect(changes).toEqual([told]);
    expect(last).toMatchObject({ mode, switch: "armed", problems: [] });
    expect(await world.stops()).toBe(0);
    expect(exit).toBe(0);
  });

  it("and is garbage stops nothing, and says what to mend", async () => {
    const { exit, last } = await watched("garbage", enforce, policyFile("version: ["));
    expect(last).toMatchObject({ mode: "observe", switch: "armed", problems: [{ code: "PolicyUnread" }] });
    expect(last?.problems[0]?.message).toMatch(/nothing is stopped until this is mended: p\.yaml:1: /);
    // What idle sessions there are is known all the same.
    expect(last?.targets[0]?.planned).toHaveLength(3);
    expect(await world.stops()).toBe(0);
    expect(exit).toBe(4);
  });
});

it("apply stops no more of a plan once the policy file only observes", async () => {
  policyFile(enforce)();
  world.copy("seen", "applied");
  await run("applied", "arm");
  await world.stops();
  const err = (text: string): void => {
    if (text.includes("Stopping: 1 of")) policyFile(observe)();
  };
  const argv = ["apply", "applied.json", "--policy", "p.yaml", "--yes", "--json", ...fast];
  const { out } = await runAt({ interactive: true, err }, "applied", ...argv);
  const { outcomes } = JSON.parse(out) as StopReport;
  expect(outcomes.map(({ outcome, refusal }) => refusal ?? outcome)).toEqual(["stopped", "outdated", "outdated"]);
  expect(await world.stops()).toBe(1);
});

it("a policy that enforces from now on stops in the next pass of a watch that began with one that only observes", async () => {
  const { changes } = await watched("later", observe, policyFile(enforce));
  expect(changes).toEqual(["policy all: observe → enforce"]);
  expect(await world.stops()).toBe(2);
});
