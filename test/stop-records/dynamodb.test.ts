import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dynamodbStopRecords } from "../../adapters/dynamodb/stop-records.ts";
import { keptStopMs } from "../../core/ports/stops.ts";
import { type DynamoServer, dynamoServer } from "../ledger-store/dynamo-server.ts";
import { stopRecordsContract } from "./contract.ts";
import { done, here, intended, minutes, stored } from "./records.ts";

type Item = Record<string, AttributeValue>;

let server: DynamoServer;
beforeAll(async () => {
  server = await dynamoServer();
});
afterAll(() => server.close());

stopRecordsContract("DynamoDB", async () => {
  const table = await server.newTable();
  return {
    records: dynamodbStopRecords(server.client(), table),
    second: dynamodbStopRecords(server.client(), table),
    close: () => undefined,
  };
});

it("finds every intent of a run that was killed, wherever that was", async () => {
  const record = intended("a", 0);
  // Mark of the target, mark of the time, mark of the intent, record, outcome, mark gone.
  for (let writes = 0; writes <= 6; writes += 1) {
    const table = await server.newTable();
    const dying = dynamodbStopRecords(server.dyingAt(writes), table);
    const run = async (): Promise<unknown> => {
      await dying.put(record);
      return dying.put(done(record, "stopped"));
    };
    if (writes < 6) await expect(run()).rejects.toMatchObject({ code: "unreachable" });
    else await run();
    const survivor = dynamodbStopRecords(server.client(), table);
    const known = writes < 4 ? [] : [writes === 4 ? stored(record, 1) : done(record, "stopped", 2)];
    expect(await survivor.between(here, minutes(-1), minutes(1))).toEqual(known);
    const found = await survivor.intended(here);
    expect(await survivor.targets()).toEqual(writes < 1 ? [] : [here]);
    expect(found).toEqual(writes === 4 ? [stored(record, 1)] : []);
  }
});

it("marks all that it writes for deletion after the time that is promised", async () => {
  const table = await server.newTable();
  const record = intended("a", 0);
  await dynamodbStopRecords(server.client(), table).put(record);
  const items = (await server.client().send(new ScanCommand({ TableName: table }))).Items ?? [];
  expect(items.map((item) => item["expiresAt"]?.N)).toEqual(
    Array(4).fill(String((record.intendedAt + keptStopMs) / 1000)),
  );
});

it.each([
  ["was edited", (item: Item) => ({ ...item, record: { S: "{" } })],
  ["was edited, of an earlier release", ({ id: _, intendedAt: __, ...item }: Item) => ({ ...item, record: { S: "" } })],
  ["is gone", ({ record: _, ...item }: Item) => item],
])("counts a stop whose record %s as one of its time, and reads all others", async (_, edit) => {
  const table = await server.newTable();
  const records = dynamodbStopRecords(server.client(), table);
  const [a, b] = [intended("a", 0), intended("b", 1)];
  for (const record of [a, b]) {
    await records.put(record);
    await records.put(done(record, "stopped"));
  }
  const items = (await server.client().send(new ScanCommand({ TableName: table }))).Items ?? [];
  const own = items.find((item) => item["record"]?.S?.includes('"session":"a"'));
  await server.client().send(new PutItemCommand({ TableName: table, Item: edit(own ?? {}) }));
  expect(await records.between(here, minutes(-1), minutes(10))).toMatchObject([
    { state: "stopped", intendedAt: a.intendedAt, problem: { code: "RecordUnreadable" } },
    done(b, "stopped", 2),
  ]);
});
