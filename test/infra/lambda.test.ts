import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { type LocalAws, startLocalAws } from "../../local/server.ts";
import { truthOf } from "../../local/truth.ts";
import { type FunctionProcess, startFunction } from "./lambda/function-process.ts";
import { receivedBy } from "./lambda/received.ts";
import { type StateTable, startStateTable } from "./lambda/state-table.ts";
import { allowedActions, one, synthesize, variablesOf } from "./stack.ts";
import { buildFunction } from "./synth/build-function.ts";
import { copyBeside } from "./synth/copy-beside.ts";
import type { Graph } from "./synth/graph.ts";

const account = "111122223333";
const functionArn = `arn:aws:lambda:us-east-1:${account}:function:sandmeter-scan`;
const startAt = Date.parse("2026-11-02T12:00:00Z");
const clock = localClock({ startAt, speed: 0 });
// Ten sessions at most, and nine of them live: critical as soon as two passes agree.
const world = createWorld({
  seed: 7,
  clock,
  fleet: fleetSpec.parse({
    places: [
      {
        region: "us-east-1",
        appliedQuotas: { sessions: 10 },
        interpreters: [{ name: "tool" }],
        sessions: [
          { interpreter: "tool", profile: "idle-leak", count: 9, createdSeconds: [-600, -60], timeoutSeconds: 7200 },
          // Started after the pass was due, and listed all the same.
          { interpreter: "system", profile: "idle-leak", count: 1, createdSeconds: 305, timeoutSeconds: 7200 },
        ],
      },
      {
        region: "eu-west-1",
        sessions: [
          { interpreter: "system", profile: "idle-leak", count: 2, createdSeconds: -600, timeoutSeconds: 7200 },
        ],
      },
    ],
  }),
});
const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-lambda-"));

let graph: Graph;
let aws: LocalAws;
let state: StateTable;
let lambda: FunctionProcess;
let received: ReturnType<typeof receivedBy>;
const published = (name: string, region: string) =>
  received.metric(name, region, startAt - 60_000, startAt + 3_600_000);
const atMinute = (minute: number): { scheduledAt: string } => ({
  scheduledAt: `${new Date(startAt + minute * 60_000).toISOString().slice(0, 19)}Z`,
});

beforeAll(async () => {
  graph = await synthesize("ci", { SANDMETER_REGIONS: "us-east-1,eu-west-1", SANDMETER_RATE_SHARE: "1" });
  await buildFunction(path.resolve(import.meta.dirname, "../.."), "functions/scan.handler", folder);
  copyBeside(graph, "functions/scan.handler", folder);
  aws = await startLocalAws({ world, port: 0 });
  received = receivedBy(aws, account);
  state = await startStateTable(one(graph, "aws:dynamodb/table:Table", "StateTable"));
  lambda = await start();
});

const start = (options: { timeoutMs?: number; regions?: string } = {}): Promise<FunctionProcess> =>
  startFunction({
    folder,
    handler: "bundle.handler",
    functionArn,
    timeoutMs: options.timeoutMs ?? 60_000,
    environment: {
      ...variablesOf(one(graph, "aws:lambda/function:Function", "ScanHandlerFunction")),
      ...(options.regions !== undefined && { SANDMETER_REGIONS: options.regions }),
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL: aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: state.url,
    },
  });

afterAll(async () => {
  await lambda?.stop();
  await aws?.close();
  await state?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the deployed function", () => {
  it("reads every live session of every Region, keeps what it saw, and publishes it", async () => {
    expect(await lambda.invoke(atMinute(0))).toMatchObject({
      ok: true,
      value: {
        asOf: "2026-11-02T12:00:00.000Z",
        complete: true,
        targets: [
          { account, region: "eu-west-1", state: "committed", status: "ok", readySessions: 2 },
          { account, region: "us-east-1", state: "committed", status: "ok", readySessions: 9 },
        ],
      },
    });
    expect(await received.events()).toEqual([]);
  });

  it("sends an event when the pressure on a quota is certain, also for a session that started after the pass was due", async () => {
    // The pass runs ten seconds late, and a tenth session has started meanwhile.
    clock.advance(310_000);
    expect(truthOf(world, { cost: false, status: "READY" }).sessions).toHaveLength(12);
    const answer = await lambda.invoke(atMinute(5));
    expect(answer).toMatchObject({
      ok: true,
      value: {
        asOf: "2026-11-02T12:05:00.000Z",
        complete: true,
        targets: [{ readySessions: 2 }, { readySessions: 10 }],
      },
    });
    expect(await received.events()).toMatchObject([
      {
        source: "sandmeter",
        "detail-type": "Quota Pressure Changed",
        account,
        region: "us-east-1",
        detail: { from: "ok", to: "critical", used: 10, limit: 10, limitSource: "applied" },
      },
    ]);
  });

  it("tells nothing twice when the same pass is tried again", async () => {
    expect(await lambda.invoke(atMinute(5))).toMatchObject({ ok: true, value: { complete: true } });
    expect(await received.events()).toHaveLength(1);
  });

  it("finishes with a part when one Region cannot be read, and says so by metric and log", async () => {
    clock.advance(300_000);
    await received.addFault({ kind: "access-denied", region: "eu-west-1", operation: "ListCodeInterpreters" });
    expect(await lambda.invoke(atMinute(10))).toMatchObject({
      ok: true,
      value: { complete: false, targets: [{ status: "failed", readySessions: null }, { status: "ok" }] },
    });
    const log = lambda.logs().find((line) => line["message"] === "target not read");
    expect(log).toMatchObject({
      level: "ERROR",
      service: "sandmeter",
      region: "eu-west-1",
      function_request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(JSON.stringify(log)).toContain("bedrock-agentcore:ListCodeInterpreters");
  });

  it("fails when nothing could be read, so that it is tried again and kept in the end", async () => {
    await received.addFault({ kind: "access-denied", operation: "ListCodeInterpreters" });
    expect(await lambda.invoke(atMinute(15))).toMatchObject({ ok: false, errorType: "PassFailedError" });
  });

  it("publishes what each pass knew, and no value for what it did not", async () => {
    // CloudWatch shows a datum minutes after it came.
    clock.advance(600_000);
    expect(await published("ReadySessions", "us-east-1")).toEqual([9, 10, 10]);
    expect(await published("ReadySessions", "eu-west-1")).toEqual([2, 2]);
    expect(await published("ScanComplete", "us-east-1")).toEqual([1, 1, 1, 0]);
    expect(await published("ScanComplete", "eu-west-1")).toEqual([1, 1, 0, 0]);
    // Two listings of interpreters, one of sessions for each of the two, nine look-ups, two quotas of which one has a default alone.
    expect((await published("ApiAttempts", "us-east-1"))[0]).toBe(2 + 2 + 9 + 3);
  });

  it("gives a pass up in time to say so", async () => {
    await received.addFault({ kind: "slow", delayMs: 20_000, operation: "GetServiceQuota" });
    const impatient = await start({ timeoutMs: 5300 });
    const answer = await impatient.invoke(atMinute(20));
    await impatient.stop();
    expect(answer).toMatchObject({ ok: false, errorType: "PassTooLongError" });
  });

  it("refuses an event that is not the schedule's, and says how to run it by hand", async () => {
    expect(await lambda.invoke({})).toMatchObject({
      ok: false,
      errorType: "TypeError",
      errorMessage: expect.stringContaining('{"scheduledAt":"2026-01-31T12:00:00Z"}'),
    });
  });

  it("calls nothing but what its role allows", async () => {
    const calls = await received.calls();
    const prefix: Readonly<Record<string, string>> = {
      "bedrock-agentcore-control": "bedrock-agentcore",
      monitoring: "cloudwatch",
    };
    const made = [
      ...calls
        // The test's own reading of what was published.
        .filter((call) => call.operation !== "GetMetricData")
        .map((call) => `${prefix[call.service] ?? call.service}:${call.operation}`),
      ...state.operations().map((operation) => `dynamodb:${operation}`),
    ];
    const allowed = new Set(allowedActions(one(graph, "aws:iam/role:Role", "ScanHandlerRole")));
    expect([...new Set(made)].filter((action) => !allowed.has(action))).toEqual([]);
    expect(made).toContain("events:PutEvents");
    expect(made).toContain("dynamodb:UpdateItem");
  });
});

describe("a Region that the account has not enabled", () => {
  it.each([
    ["is skipped where all Regions are scanned", "all", { ok: true, value: { complete: true } }],
    ["is a failure where it was named", "eu-south-1", { ok: false, errorType: "PassFailedError" }],
  ])("%s", async (_what, regions, expected) => {
    await received.clearFaults();
    const other = await start({ regions });
    const answer = await other.invoke(atMinute(25));
    await other.stop();
    expect(answer).toMatchObject(expected);
  });
});

describe("a function whose environment is not the stack's", () => {
  it("does not start, and names every variable that is wrong", async () => {
    const broken = await startFunction({
      folder,
      handler: "bundle.handler",
      functionArn,
      timeoutMs: 1000,
      environment: { AWS_REGION: "us-east-1", SANDMETER_TABLE: "state" },
    });
    const answer = await broken.invoke(atMinute(0));
    await broken.stop();
    expect(answer).toMatchObject({ ok: false, errorType: "Error" });
    expect(JSON.stringify(answer)).toMatch(/SANDMETER_VERSION is not set.*SANDMETER_REGIONS is not set/);
  });
});
