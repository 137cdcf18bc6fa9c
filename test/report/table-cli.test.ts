import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { dynamodbDocuments } from "../../adapters/dynamodb/documents.ts";
import { dynamodbLedger } from "../../adapters/dynamodb/ledger.ts";
import { dynamodbRegistry } from "../../adapters/dynamodb/registry.ts";
import { folderStore } from "../../adapters/history/folder-store.ts";
import { writeSettleMemory } from "../../core/jobs/settle/memory.ts";
import { type Instant, instant, isoOf, plusMs } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import { embedded, target } from "../aws/embedded.ts";
import { historyIn } from "../history/fixture.ts";
import { bill, charge, entry, foldedText } from "../ledger-store/bills.ts";
import { type DynamoServer, dynamoServer } from "../ledger-store/dynamo-server.ts";
import { runCli } from "../scan/run-cli.ts";
import { keptAt } from "./kept.ts";

const october = (hours: number): Instant => instant(Date.UTC(2026, 9, 1) + hours * 3_600_000);
const octoberBill = (session: string, vcpuHours: bigint, change: Partial<SessionBill> = {}): SessionBill =>
  bill(session, {
    createdAt: october(0),
    endedAt: october(1),
    asOf: october(3),
    charges: [
      charge({
        hourAt: october(0),
        vcpuNs: vcpuHours * 3_600_000_000_000n,
        byteMs: 0n,
        idleByteMs: 0n,
        loggedByteMs: 0n,
        peakTaxByteMs: 0n,
      }),
    ],
    ...change,
  });

const aws = await embedded({ places: [{ region: "us-east-1", interpreters: [], sessions: [] }] });
let dynamo: DynamoServer;
let client: DynamoDBClient;
let table: string;
let folder: string;

beforeAll(async () => {
  dynamo = await dynamoServer();
  client = dynamo.client();
  const at = await client.config.endpoint?.();
  vi.stubEnv("AWS_ENDPOINT_URL", aws.url);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://${at?.hostname}:${at?.port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "111122223333");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-secret");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-table-"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
  await dynamo.close();
});

let own: string;
beforeEach(async () => {
  table = await dynamo.newTable();
  own = mkdtempSync(path.join(folder, "history-"));
  const health = { level: "ok" as const, since: october(0), recovering: null };
  const change = { at: october(9), sessions: [], alerts: [], health, newEvents: [] };
  await dynamodbRegistry(client, table).commit(target("us-east-1"), 0, change);
  await historyIn(folderStore(own)).write([octoberBill("a", 1n)]);
});

const ledger = () => dynamodbLedger(client, table, foldedText);
const run = (...argv: string[]) => runCli([...argv, "--table", table, "--history", own, "--month", "2026-10"]);

describe("the ledger of a deployment", () => {
  it("is what `report --table` adds to history, as of the last pass over it", async () => {
    await ledger().put(entry(0, octoberBill("b", 2n, { final: false, version: 0 })));
    const marks = { revision: 0, goneSince: october(0), sharedUntil: october(0) };
    await writeSettleMemory(dynamodbDocuments(client, table), target("us-east-1"), marks, october(9));
    const { exit, err, out } = await run("report", "--json");
    expect({ exit, err }).toEqual({ exit: 0, err: "" });
    expect(JSON.parse(out)).toMatchObject({
      asOf: isoOf(october(9)),
      total: { sessions: 2, usd: "0.268500000000" },
      coverage: {
        settled: 1,
        provisional: 1,
        targets: [{ account: "111122223333", region: "us-east-1", health: "ok" }],
      },
    });
  });

  it("is what `report close --table` waits for", async () => {
    const end = instant(Date.UTC(2026, 10, 1));
    await keptAt(dynamodbDocuments(client, table), target("us-east-1"), plusMs(end, 12 * 3_600_000), end);
    const second = octoberBill("b", 2n, { final: false, version: 0 });
    await ledger().put(entry(0, second));
    expect(await run("report", "close")).toMatchObject({
      exit: 1,
      err: expect.stringContaining("1 session that is not settled"),
    });
    await historyIn(folderStore(own)).write([{ ...second, final: true, version: 1 }]);
    await ledger().put(entry(1, { ...second, final: true, version: 1 }));
    expect(await run("report", "close")).toMatchObject({ exit: 0, out: expect.stringContaining("$0.268500000000") });
  });

  it("is what `reconcile --table` holds against the bill", async () => {
    await ledger().put(entry(0, octoberBill("b", 2n, { final: false, version: 0 })));
    const { out } = await run("reconcile", "--json");
    expect(JSON.parse(out)).toMatchObject({
      places: [{ region: "us-east-1", sessions: { rated: 2 }, explanations: [{ reason: "provisional", count: 1 }] }],
    });
  });

  it.each([
    [["--table", "no such"], "--table must be the name of a DynamoDB table"],
    [["--table", "some-table", "--state", "x", "--history", "h"], "--table and --state name two places"],
    [["--table", "some-table"], "--table needs --history s3://BUCKET"],
  ])("is not asked for with %j", async (flags, said) => {
    for (const verb of ["report", "reconcile"]) {
      expect(await runCli([verb, ...flags])).toMatchObject({ exit: 2, err: expect.stringContaining(said) });
    }
  });

  it("is said to be missing where there is no such table", async () => {
    table = "no-such-table";
    for (const verb of [["report"], ["report", "close"]]) {
      expect(await run(...verb)).toMatchObject({
        exit: 1,
        err: expect.stringContaining("deploy the stack that makes it"),
      });
    }
  });
});

describe("closing a month of history in a bucket", () => {
  it("is refused where no ledger is known, but not by force", async () => {
    const { S3Client, CreateBucketCommand } = await import("@aws-sdk/client-s3");
    const s3 = new S3Client({ endpoint: aws.url, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: "cost-history" }));
    s3.destroy();
    const close = (...flags: string[]) => {
      const places = ["--state", path.join(folder, "none"), "--history", "s3://cost-history"];
      return runCli(["report", "close", "--month", "2026-10", ...places, ...flags]);
    };
    const refused = await close();
    expect(refused).toMatchObject({
      exit: 1,
      err: expect.stringContaining("or the deployment's table with --table"),
    });
    expect(await close("--force")).toMatchObject({ exit: 0, out: expect.stringContaining("is closed at") });
  });
});
