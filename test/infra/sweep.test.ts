import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbDocuments } from "../../adapters/dynamodb/documents.ts";
import { storedKillSwitch } from "../../core/jobs/sweep/stored/stored-kill-switch.ts";
import { instant } from "../../core/kernel/instant.ts";
import { environmentNames } from "../../functions/environment.ts";
import { sweepStatements } from "../../infra/access-stopper.ts";
import { usualUsageGroups } from "../../infra/access-usage.ts";
import { policyDocument } from "../../infra/statement.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { type LocalAws, startLocalAws } from "../../local/server.ts";
import { truthOf } from "../../local/truth.ts";
import { type FunctionProcess, startFunction } from "./lambda/function-process.ts";
import { receivedBy } from "./lambda/received.ts";
import { type StateTable, startStateTable } from "./lambda/state-table.ts";
import { allowedActions, ofType, one, statementsOf, synthesize, variablesOf } from "./stack.ts";
import { buildFunction } from "./synth/build-function.ts";
import { copyBeside } from "./synth/copy-beside.ts";
import type { Graph } from "./synth/graph.ts";

const account = "111122223333";
const startAt = Date.parse("2026-11-02T12:00:00Z");
const clock = localClock({ startAt, speed: 0 });
const leak = { profile: "idle-leak" as const, createdSeconds: -10_800, timeoutSeconds: 28_800 };
const world = createWorld({
  seed: 7,
  clock,
  limits: { requestsPerSecond: 100_000, othersTimes: 10_000 },
  fleet: fleetSpec.parse({
    places: [
      {
        region: "us-east-1",
        interpreters: [{ name: "tool" }, { name: "dark", usageLogs: false }],
        sessions: [
          { ...leak, interpreter: "tool", count: 2 },
          { ...leak, interpreter: "dark", count: 1 },
        ],
      },
    ],
  }),
});
const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-sweep-"));
const never = new AbortController().signal;

let without: Graph;
let graph: Graph;
let aws: LocalAws;
let state: StateTable;
let sweeper: FunctionProcess;
let scanner: FunctionProcess;
let received: ReturnType<typeof receivedBy>;

const due = (): { scheduledAt: string } => ({ scheduledAt: `${new Date(clock.now()).toISOString().slice(0, 19)}Z` });
async function start(job: "Scan" | "Sweep"): Promise<FunctionProcess> {
  const handler = `functions/${job.toLowerCase()}.handler`;
  const place = path.join(folder, job);
  await buildFunction(path.resolve(import.meta.dirname, "../.."), handler, place);
  copyBeside(graph, handler, place);
  return startFunction({
    folder: place,
    handler: "bundle.handler",
    functionArn: `arn:aws:lambda:us-east-1:${account}:function:sandmeter-${job}`,
    timeoutMs: 60_000,
    now: () => clock.now(),
    environment: {
      ...variablesOf(one(graph, "aws:lambda/function:Function", `${job}HandlerFunction`)),
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL: aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: state.url,
    },
  });
}
/** Turns the switch in the deployment's table, as `sandmeter arm --table` does. */
async function turn(position: "armed" | "disarmed"): Promise<void> {
  const table = String(one(graph, "aws:dynamodb/table:Table", "StateTable").id);
  const client = new DynamoDBClient({
    endpoint: state.url,
    region: "us-east-1",
    credentials: { accessKeyId: account, secretAccessKey: "local" },
  });
  const store = storedKillSwitch(dynamodbDocuments(client, table));
  await store.write({ state: position, by: "ada", why: null, at: instant(clock.now()) }, never);
  client.destroy();
}

beforeAll(async () => {
  const configFile = path.join(folder, "config.yaml");
  writeFileSync(configFile, "cleanup: { policy: policy.yaml, invocationStamp: start, cap: { maxStops: 10 } }\n");
  writeFileSync(
    path.join(folder, "policy.yaml"),
    "version: 1\npolicies: [{ id: leaks, mode: enforce, idleAfter: 15m, minAge: 5m, breaker: { maxStopsPct: 70 } }]\n",
  );
  [without, graph] = await Promise.all([
    synthesize("ci"),
    synthesize("ci", { SANDMETER_CONFIG: configFile, SANDMETER_RATE_SHARE: "1" }),
  ]);
  aws = await startLocalAws({ world, port: 0 });
  received = receivedBy(aws, account);
  state = await startStateTable(one(graph, "aws:dynamodb/table:Table", "StateTable"));
  [scanner, sweeper] = await Promise.all([start("Scan"), start("Sweep")]);
});
afterAll(async () => {
  await scanner?.stop();
  await sweeper?.stop();
  await aws?.close();
  await state?.close();
  rmSync(folder, { recursive: true, force: true });
});

const roleOf = (job: string) => one(graph, "aws:iam/role:Role", `${job}HandlerRole`);
const stopAction = "bedrock-agentcore:StopCodeInterpreterSession";

describe("a deployment", () => {
  it("has nothing that could stop a session where no policy file is named: a fresh one cannot", () => {
    const names = ofType(without, "aws:lambda/function:Function").map(({ name }) => name);
    expect(names).toEqual(["AccountsHandlerFunction", "ScanHandlerFunction"]);
    for (const role of ofType(without, "aws:iam/role:Role")) expect(allowedActions(role)).not.toContain(stopAction);
  });

  it("lets one role stop sessions where clean-up is configured, and denies it to those that read", () => {
    const stoppers = ofType(graph, "aws:iam/role:Role").filter((role) => allowedActions(role).includes(stopAction));
    expect(stoppers.map(({ name }) => name)).toEqual(["SweepHandlerRole"]);
    for (const job of ["Scan", "Accounts"]) {
      const denied = statementsOf(roleOf(job)).flatMap(({ Effect, Action }) => (Effect === "Deny" ? Action : []));
      expect(denied).toContain(stopAction);
    }
    const denied = statementsOf(roleOf("Sweep")).flatMap(({ Effect, Action }) => (Effect === "Deny" ? Action : []));
    expect(denied.map((action) => action.split(":")[1])).toEqual([
      "CreateCodeInterpreter",
      "DeleteCodeInterpreter",
      "InvokeCodeInterpreter",
      "StartCodeInterpreterSession",
    ]);
  });

  it("gives that role exactly what infra/access-stopper.ts declares", () => {
    const declared = sweepStatements(
      { partition: "aws", account, regions: ["us-east-1"] },
      {
        homeRegion: "us-east-1",
        tableArn: `arn:aws:dynamodb:us-east-1:${account}:table/${one(graph, "aws:dynamodb/table:Table", "StateTable").id}`,
        deadLetterArn: `arn:aws:sqs:us-east-1:${account}:${String(one(graph, "aws:sqs/queue:Queue", "FailuresQueue").inputs["name"])}`,
        logGroupArn: `arn:aws:logs:us-east-1:${account}:log-group:/sandmeter/ci/sweep`,
      },
      { logGroups: [usualUsageGroups], buckets: [], trailBucket: null },
      null,
    );
    const statements = policyDocument(declared)["Statement"] as { Sid: string }[];
    expect(statementsOf(roleOf("Sweep"))).toEqual(statements.map(({ Sid: _, ...statement }) => statement));
  });

  it("sets exactly the variables that the function reads, and refuses a policy file that is wrong", async () => {
    const variables = Object.keys(variablesOf(one(graph, "aws:lambda/function:Function", "SweepHandlerFunction")));
    const own = environmentNames.sweep.filter((name) => name.startsWith("SANDMETER_"));
    expect(variables.filter((name) => name.startsWith("SANDMETER_")).toSorted()).toEqual(own.toSorted());
    const wrong = path.join(folder, "wrong.yaml");
    writeFileSync(wrong, "cleanup: { policy: missing.yaml }\n");
    await expect(synthesize("ci", { SANDMETER_CONFIG: wrong })).rejects.toThrow(/cleanup.policy: there is no file/);
  });
});

describe("the deployed function that cleans up", () => {
  const live = () => truthOf(world, { cost: false, status: "READY" }).sessions.length;
  it("observes until somebody arms it, then stops what it can prove, and tells it", async () => {
    expect(await scanner.invoke(due())).toMatchObject({ ok: true });
    expect(await sweeper.invoke(due())).toMatchObject({
      ok: true,
      value: { mode: "observe", switch: "disarmed", targets: [{ decided: 3, planned: 2, stopped: 0, unprovable: 1 }] },
    });
    expect(live()).toBe(3);
    await turn("armed");
    expect(await sweeper.invoke(due())).toMatchObject({
      ok: true,
      value: { complete: true, mode: "enforce", targets: [{ planned: 2, stopped: 2, refused: 0, failed: 0 }] },
    });
    expect(live()).toBe(1);
    const told = JSON.stringify(await received.events());
    expect(told.match(/"detail-type":"Session Stopped"/g)).toHaveLength(2);
  });
});
