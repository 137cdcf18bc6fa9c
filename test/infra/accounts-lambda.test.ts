import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { iamActionOf } from "../../adapters/aws/iam-actions.ts";
import { parquetHistory } from "../../adapters/history/parquet-history.ts";
import { s3Store } from "../../adapters/history/s3-store.ts";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { priceBookOf } from "../../core/billing/price-book.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { ratedOf } from "../../core/ledger/charge-lines.ts";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { fleetSpec } from "../../local/fleet/fleet-spec.ts";
import { type LocalAws, startLocalAws } from "../../local/server.ts";
import { truthOf } from "../../local/truth.ts";
import { collect } from "../history/collect.ts";
import { type FunctionProcess, startFunction } from "./lambda/function-process.ts";
import { receivedBy } from "./lambda/received.ts";
import { type StateTable, startStateTable } from "./lambda/state-table.ts";
import { allowedActions, one, synthesize, variablesOf } from "./stack.ts";
import { buildFunction } from "./synth/build-function.ts";
import { copyBeside } from "./synth/copy-beside.ts";
import type { Graph } from "./synth/graph.ts";

const account = "111122223333";
const startAt = Date.parse("2026-11-02T12:00:00Z");
const clock = localClock({ startAt, speed: 0 });
const world = createWorld({
  seed: 7,
  clock,
  fleet: fleetSpec.parse({
    places: [
      {
        region: "us-east-1",
        interpreters: [{ name: "tool", tags: { team: "data" } }],
        sessions: [
          { interpreter: "tool", profile: "bursty", count: 3, createdSeconds: [-2400, -1200], timeoutSeconds: 900 },
          { interpreter: "tool", profile: "steady", count: 1, createdSeconds: -1800, timeoutSeconds: 28_800 },
        ],
      },
    ],
  }),
});
const usualPrices = priceBookOf(codeInterpreterPrices);
const folder = mkdtempSync(path.join(tmpdir(), "sandmeter-accounts-"));
const configuration = `
usage: { backfill: 3h }
attribution:
  - match: { tag: { team: "*" } }
    set: { squad: sandboxes }
budgets:
  - { id: pennies, by: squad, value: sandboxes, window: day, usd: "0.0001", thresholds: [100] }
`;

let graph: Graph;
let aws: LocalAws;
let state: StateTable;
let keeper: FunctionProcess;
let received: ReturnType<typeof receivedBy>;
let s3: S3Client;
let bucket: string;

const due = (): { scheduledAt: string } => ({ scheduledAt: `${new Date(clock.now()).toISOString().slice(0, 19)}Z` });
const billsIn = (prefix: string): Promise<SessionBill[]> =>
  collect(
    parquetHistory(s3Store(s3, bucket, prefix), { prices: usualPrices, gb: "binary" }).bills(
      instant(0),
      instant(Date.UTC(2030, 0)),
    ),
  );

beforeAll(async () => {
  const configFile = path.join(folder, "config.yaml");
  writeFileSync(configFile, configuration);
  graph = await synthesize("ci", { SANDMETER_CONFIG: configFile, SANDMETER_RATE_SHARE: "1" });
  await buildFunction(path.resolve(import.meta.dirname, "../.."), "functions/accounts.handler", folder);
  copyBeside(graph, "functions/accounts.handler", folder);
  aws = await startLocalAws({ world, port: 0 });
  received = receivedBy(aws, account);
  state = await startStateTable(one(graph, "aws:dynamodb/table:Table", "StateTable"));
  s3 = new S3Client({
    endpoint: aws.url,
    region: "us-east-1",
    credentials: { accessKeyId: account, secretAccessKey: "local" },
    forcePathStyle: true,
  });
  bucket = String(one(graph, "aws:s3/bucket:Bucket", "HistoryBucket").inputs["bucket"]);
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  keeper = await start();
});

const start = (change: Readonly<Record<string, string>> = {}): Promise<FunctionProcess> =>
  startFunction({
    folder,
    handler: "bundle.handler",
    functionArn: `arn:aws:lambda:us-east-1:${account}:function:sandmeter-accounts`,
    timeoutMs: 60_000,
    now: () => clock.now(),
    environment: {
      ...variablesOf(one(graph, "aws:lambda/function:Function", "AccountsHandlerFunction")),
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: "local",
      AWS_ENDPOINT_URL: aws.url,
      AWS_ENDPOINT_URL_DYNAMODB: state.url,
      ...change,
    },
  });

afterAll(async () => {
  await keeper?.stop();
  s3?.destroy();
  await aws?.close();
  await state?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("the deployed function that keeps accounts", () => {
  it("reads usage records, and writes what settled sessions cost to the bucket, to the last digit", async () => {
    clock.advance(135 * 60_000);
    expect(await keeper.invoke(due())).toMatchObject({
      ok: true,
      value: { complete: true, targets: [{ account, region: "us-east-1", status: "ok", closed: 3, open: 1 }] },
    });
    const truth = new Map(truthOf(world, {}).sessions.map((session) => [session.session, session]));
    const bills = await billsIn("");
    expect(bills).toHaveLength(3);
    for (const bill of bills) {
      const cost = ratedOf(bill.charges, usualPrices.get(region("us-east-1")) ?? [], "binary");
      expect([bill.basis, bill.final, cost === null ? null : formatUsd(cost.rated)]).toEqual([
        "rated",
        true,
        truth.get(bill.session)?.ratedUsd,
      ]);
    }
  });

  it("sends an event when spend crosses a budget of the deployed configuration", async () => {
    expect(await received.events()).toMatchObject([
      {
        source: "sandmeter",
        "detail-type": "Budget Level Changed",
        detail: { budget: "pennies", by: "squad", value: "sandboxes" },
      },
    ]);
  });

  it("does nothing twice when the same pass is tried again", async () => {
    const before = await billsIn("");
    expect(await keeper.invoke(due())).toMatchObject({ ok: true, value: { complete: true, targets: [{ closed: 0 }] } });
    expect(await billsIn("")).toEqual(before);
    expect(await received.events()).toHaveLength(1);
  });

  it("refuses a pass of another time, which would read past what is still to come", async () => {
    const ahead = new Date(clock.now() + 2 * 3_600_000).toISOString();
    expect(await keeper.invoke({ scheduledAt: ahead })).toMatchObject({ ok: false, errorType: "RangeError" });
  });

  it("finishes with a part where usage records cannot be read, and says so", async () => {
    clock.advance(30 * 60_000);
    await received.addFault({ kind: "access-denied", operation: "FilterLogEvents" });
    expect(await keeper.invoke(due())).toMatchObject({
      ok: true,
      value: { complete: false, targets: [{ status: "partial" }] },
    });
    const log = keeper.logs().find((line) => line["message"] === "accounts kept in part");
    expect(log).toMatchObject({ level: "WARN", service: "sandmeter", region: "us-east-1" });
    expect(JSON.stringify(log)).toContain("logs:FilterLogEvents");
    expect(keeper.logs().map((line) => line["message"])).toContain("accounts partial");
    await received.clearFaults();
  });

  it("fails where nothing could be remembered, so that it is tried again and kept in the end", async () => {
    const lost = await start({ SANDMETER_TABLE: "no-such-table" });
    const answer = await lost.invoke(due());
    await lost.stop();
    expect(answer).toMatchObject({ ok: false, errorType: "AccountsFailedError" });
  });

  it("calls nothing but what its role allows", async () => {
    const made = [
      ...(await received.calls())
        .filter(({ operation }) => operation !== "CreateBucket")
        .map(({ operation }) => iamActionOf(operation)),
      ...state.operations().map((operation) => `dynamodb:${operation}`),
    ];
    const allowed = new Set(allowedActions(one(graph, "aws:iam/role:Role", "AccountsHandlerRole")));
    expect([...new Set(made)].filter((action) => !allowed.has(action))).toEqual([]);
    expect(made).toEqual(
      expect.arrayContaining(["logs:FilterLogEvents", "s3:PutObject", "bedrock-agentcore:ListTagsForResource"]),
    );
  });
});

describe("a function that keeps accounts whose environment is not the stack's", () => {
  it("does not start, and names what is wrong", async () => {
    const broken = await start({ SANDMETER_HISTORY_BUCKET: "" });
    const answer = await broken.invoke(due());
    await broken.stop();
    expect(answer).toMatchObject({ ok: false, errorType: "Error" });
    expect(JSON.stringify(answer)).toContain("SANDMETER_HISTORY_BUCKET is empty");
  });
});
