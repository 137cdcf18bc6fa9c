import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { awsKillSwitch } from "../../adapters/aws/kill-switch.ts";
import { sqliteDocuments } from "../../adapters/sqlite/documents.ts";
import type { RegretVerdict } from "../../core/cleanup/regret/verdict.ts";
import { rememberVerdict } from "../../core/jobs/sweep/regret/stored-verdict.ts";
import { instant } from "../../core/kernel/instant.ts";
import { signal } from "../aws/embedded.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { cleanupWorld } from "./cleanup-world.ts";

const world = await cleanupWorld();
const why = "6 of 20 stops of policy \u001b[31mleaks were regretted";
const barredAt = instant(Date.UTC(2026, 10, 20, 12));
const told = "armed, but barred: 6 of 20 stops of policy \\e[31mleaks were regretted";
const config = ["--config", "parameter.yaml"];
const run = (...argv: readonly string[]) => world.run("barred", ...argv, ...config);
const ask = (...argv: readonly string[]) => run(...argv, ...world.fast);
const [tool = ""] = (await world.aws.ready()).map((text) => text.split(" ")[1] ?? "").filter((id) => /^tool/.test(id));

/** A switch that is armed and cannot be turned, and a verdict that bars stops. */
beforeAll(async () => {
  const place = "switch: { parameter: /sandmeter/barred, region: us-east-1 }";
  world.write("parameter.yaml", `cleanup: { invocationStamp: start, ${place} }\n`);
  expect((await ask("plan", "--out", "barred.json")).exit).toBe(0);
  expect((await run("arm", "--why", "approved")).exit).toBe(0);
  await bar({ barred: { why, at: barredAt }, policies: [] });
});

async function bar(verdict: RegretVerdict): Promise<void> {
  const armed = await awsKillSwitch(world.aws.clients, "us-east-1", "/sandmeter/barred").read(signal);
  if (armed.state === "unknown") throw new Error(armed.problem.message);
  const documents = sqliteDocuments(path.join(world.folder(), "barred.sqlite"));
  await rememberVerdict(documents, armed, verdict);
  documents.close();
}

async function jsonOf(schema: string, ...argv: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { out } = await (argv[0] === "arm" ? run : ask)(...argv, "--json");
  const json = JSON.parse(out) as Readonly<Record<string, unknown>>;
  expect(violations(publishedSchema(schema), json)).toEqual([]);
  return json;
}

describe("a switch that is armed while regretted stops bar it", () => {
  const barred = { switch: "disarmed", barred: why };
  it.each([
    ["plan", ["plan"]],
    ["apply", ["apply", "barred.json"]],
    ["stop", ["stop", "--interpreter", tool, "--reason", "incident 4711"]],
  ] as const)("is shown as it acts by `%s`, with why", async (verb, argv) => {
    expect(await jsonOf(`${verb}.schema.json`, ...argv)).toMatchObject(barred);
    expect((await ask(...argv)).out).toContain(`Stopping is ${told}; \`sandmeter arm\` starts anew.`);
  });

  it("is shown as it acts by `watch`, in lines and as JSON", async () => {
    await world.aws.addFaults({ kind: "access-denied", operation: "PutParameter" });
    const watch = ["watch", "--once", "--no-accounts", "--no-publish", "--policy", "sandmeter.policy.yaml"];
    const { out, err } = await ask(...watch);
    const json = await jsonOf("watch-pass.schema.json", ...watch);
    await world.aws.clearFaults();
    expect(out).toContain(`observing (${told}): `);
    expect(err).toContain("Stopping could not be disarmed");
    expect(json).toMatchObject({ cleanup: { mode: "observe", ...barred } });
    expect(await world.stops()).toBe(0);
  });

  it("is shown as it acts by `arm --show`, with who had armed it, until somebody arms anew", async () => {
    const at = "2026-11-20T12:00:00.000Z";
    expect(await jsonOf("switch.schema.json", "arm", "--show")).toMatchObject({
      ...{ state: "disarmed", by: "sandmeter", why, at },
      barred: { why, at, armed: { by: "ada", why: "approved" } },
    });
    const shown = await run("arm", "--show");
    expect(shown.out).toContain(`Stopping is ${told}; \`sandmeter arm\` starts anew. It was armed (ada at `);
    expect(shown.out).toContain(`: approved), and is barred since ${at}. The switch is in parameter /sandmeter/barred`);
    const armed = await run("arm", "--why", "approved");
    expect(armed.out).toMatch(/^Stopping is armed, was barred \(ada at .*: approved\)\. /);
    const again = await jsonOf("switch.schema.json", "arm", "--show");
    expect(again).toMatchObject({ state: "armed", by: "ada", barred: null });
  });
});

describe("a switch that is armed while one policy is barred", () => {
  const of20 = "6 of 20 stops were \u001b[31mregretted";
  const barredPolicies = [{ policy: "leaks", why: of20 }];
  const shown = "policy leaks: barred, 6 of 20 stops were \\e[31mregretted";
  const startsAnew = `${shown}; \`sandmeter arm\` starts anew.`;
  beforeAll(async () => {
    expect((await run("arm", "--why", "approved")).exit).toBe(0);
    await bar({ barred: null, policies: [{ policy: "leaks", why: of20, at: barredAt }] });
  });

  it("is shown as armed by `arm --show`, with the policy, how often and since when", async () => {
    expect(await jsonOf("switch.schema.json", "arm", "--show")).toMatchObject({
      ...{ state: "armed", by: "ada", barred: null },
      barredPolicies: [{ policy: "leaks", why: of20, at: "2026-11-20T12:00:00.000Z" }],
    });
    const { exit, out } = await run("arm", "--show");
    expect(exit).toBe(0);
    expect(out).toMatch(/^Stopping is armed \(ada at /);
    expect(out).toContain(`\n${startsAnew}\n`);
  });

  it("is shown by `plan`, which counts what the policy would stop apart", async () => {
    const json = await jsonOf("plan.schema.json", "plan");
    expect(json).toMatchObject({ switch: "armed", barred: null, barredPolicies });
    const { out } = await ask("plan");
    expect(out).toContain("\n0 sessions would be stopped. 1 more by policies that only observe would not");
    expect(out).toContain(" 2 more by policies that are barred would not, which would save $");
    expect(out).toContain("What policies only observe is refused (1 of 3)");
    expect(out).toContain(`\n${startsAnew}\n`);
  });

  it.each([
    ["without --yes", []],
    ["with it", ["--yes", "--no-publish"]],
  ] as const)("is what `apply` refuses its sessions by, %s", async (_how, flags) => {
    const json = await jsonOf("apply.schema.json", "apply", "barred.json", ...flags);
    expect(json).toMatchObject({ switch: "armed", barredPolicies });
    const outcomes = json["outcomes"] as readonly { policy: string; refusal: string; message: string }[];
    expect(outcomes.map(({ policy, refusal }) => `${policy} ${refusal}`).toSorted()).toEqual([
      ...["leaks regretted", "leaks regretted", "watched observe"],
    ]);
    expect(await world.stops()).toBe(0);
  });

  it("is shown by `watch` in its line, without a problem for each of its sessions", async () => {
    const watch = ["watch", "--once", "--no-accounts", "--no-publish", "--policy", "sandmeter.policy.yaml"];
    const json = await jsonOf("watch-pass.schema.json", ...watch);
    expect(json).toMatchObject({ cleanup: { mode: "observe", switch: "armed", barred: null, barredPolicies } });
    const { out, err } = await ask(...watch);
    expect(out).toContain(`observing (switch armed; ${shown}): `);
    expect(err).not.toContain("regretted");
    expect(await world.stops()).toBe(0);
  });

  it("lets a person stop a session of the policy", async () => {
    const { out } = await ask("stop", "--interpreter", tool, "--reason", "incident 4711", "--yes", "--no-publish");
    expect(out).toMatch(/\n3 stopped\.\n/);
    expect(await world.stops()).toBe(3);
  });

  it("is as it was set once somebody arms anew", async () => {
    expect((await run("arm", "--why", "mended")).out).not.toContain("regretted");
    expect(await jsonOf("switch.schema.json", "arm", "--show")).toMatchObject({ state: "armed", barredPolicies: [] });
  });
});

describe("a switch that is armed", () => {
  it("is unknown where nobody can see whether it is barred", async () => {
    const documents = sqliteDocuments(path.join(world.folder(), "barred.sqlite"));
    const before = await documents.read("cleanup/regret");
    await documents.write("cleanup/regret", { revision: before?.revision ?? 0, text: "{" });
    documents.close();
    const { exit, out } = await run("arm", "--why", "blind");
    expect(exit).toBe(1);
    expect(out).toContain("nothing is stopped (parameter /sandmeter/barred in us-east-1): What is remembered");
  });
});
