import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { dynamodbDocuments } from "../../adapters/dynamodb/documents.ts";
import { dynamodbLedger } from "../../adapters/dynamodb/ledger.ts";
import { dynamodbRegistry } from "../../adapters/dynamodb/registry.ts";
import { dynamodbStopRecords } from "../../adapters/dynamodb/stop-records.ts";
import { rememberRegrets } from "../../core/jobs/sweep/regret/stored-regrets.ts";
import { plusMs } from "../../core/kernel/instant.ts";
import { embedded } from "../aws/embedded.ts";
import { entry, foldedText } from "../ledger-store/bills.ts";
import { type DynamoServer, dynamoServer } from "../ledger-store/dynamo-server.ts";
import { runCli } from "../scan/run-cli.ts";
import { publishedSchema, violations } from "../schema/json-schema.ts";
import { done, here, intended, minutes } from "../stop-records/records.ts";
import { wholeBill } from "./report-world.ts";

const aws = await embedded({ places: [{ region: "us-east-1", interpreters: [], sessions: [] }] });
let dynamo: DynamoServer;
let table = "";
let folder = "";

beforeAll(async () => {
  dynamo = await dynamoServer();
  table = await dynamo.newTable();
  folder = mkdtempSync(path.join(tmpdir(), "sandmeter-savings-table-"));
  const at = await dynamo.client().config.endpoint?.();
  vi.stubEnv("AWS_ENDPOINT_URL", aws.url);
  vi.stubEnv("AWS_ENDPOINT_URL_DYNAMODB", `http://${at?.hostname}:${at?.port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "111122223333");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "not-secret");
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_CONFIG_FILE", "/nonexistent/config");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
  await dynamo.close();
});

it("savings are read of a deployment's table: its stops, its bills, and what its passes found regretted", async () => {
  const client = dynamo.client();
  const health = { level: "ok" as const, since: minutes(0), recovering: null };
  const change = { at: minutes(0), sessions: [], alerts: [], health, newEvents: [] };
  await dynamodbRegistry(client, table).commit(here, 0, change);
  const stops = ["a", "b", "c"].map((session, index) => intended(session, index));
  const [regretted, metered] = stops;
  if (regretted === undefined || metered === undefined) throw new Error("there are three");
  for (const stop of stops) {
    await dynamodbStopRecords(client, table).put(stop);
    await dynamodbStopRecords(client, table).put({ ...done(stop, "stopped"), revision: 1 });
  }
  await dynamodbLedger(client, table, foldedText).put(entry(0, wholeBill(metered, 2_000_000_000)));
  const regrets = [{ id: regretted.id, how: "returned" as const, intendedAt: regretted.intendedAt }];
  const judged = { from: minutes(-60), until: minutes(2) };
  await rememberRegrets(dynamodbDocuments(client, table), here, { judged, regrets }, plusMs(minutes(2), 1));
  const flags = ["--table", table, "--history", folder, "--from", "2026-11-20", "--to", "2026-11-21"];
  const { exit, err, out } = await runCli(["savings", ...flags, "--json"]);
  expect({ exit, err }).toEqual({ exit: 0, err: "" });
  const json: unknown = JSON.parse(out);
  expect(violations(publishedSchema("savings.schema.json"), json)).toEqual([]);
  expect(json).toMatchObject({
    total: { stops: 3, regretted: 1, pending: 0 },
    regretUnknown: 1,
    peakUnknown: 2,
    groups: [{ by: { policy: "usual" } }],
    stops: [{ session: "a", regretted: "returned" }, { session: "b" }, { session: "c" }],
  });
});

it.each([
  [["--table", "no such"], "--table must be the name of a DynamoDB table"],
  [["--table", "some-table"], "--table needs --history s3://BUCKET"],
])("savings are not asked for with %j", async (flags, said) => {
  expect(await runCli(["savings", ...flags])).toMatchObject({ exit: 2, err: expect.stringContaining(said) });
});
