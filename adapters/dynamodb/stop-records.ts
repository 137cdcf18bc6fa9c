import { createHash } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import { stopOfText, textOfStop } from "../../core/ports/stop-text.ts";
import { keptStopMs, type StopRecord, type StopRecords } from "../../core/ports/stops.ts";
import { conditionally } from "./conditionally.ts";
import { type Item, textOf } from "./items.ts";
import { queryAll } from "./query.ts";
import { registryError } from "./registry-error.ts";

// On-demand tables take thousands of reads a second; this only bounds sockets.
const readsAtOnce = 16;

/**
 * Keeps the records of stops in the table of the registry, with conditional writes of single items only.
 *
 * Beside each record that is only intended stands a mark, so that those are found at once: set before the record is written,
 * taken away after its outcome is. So the marks are always at least the intended ones, wherever a run was killed.
 */
export function dynamodbStopRecords(client: DynamoDBClient, table: string): StopRecords {
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw registryError(error, operation, table);
    }
  };
  const recordsOf = async (target: Target, prefix: string): Promise<readonly StopRecord[]> =>
    (await queryAll(client, table, partitionOf(target), prefix, recordOf)).toSorted(byTime);
  return {
    put: (record) =>
      attempt("PutItem and DeleteItem", async () => {
        const next = { ...record, revision: record.revision + 1 };
        const { pk, sk } = keysOf(next);
        const mark = { pk, sk: { S: sk.S.replace(/^stop#/, "intended#") } };
        const kept = { expiresAt: { N: String(Math.ceil((next.intendedAt + keptStopMs) / 1000)) } };
        if (next.state === "intended") {
          await client.send(new PutItemCommand({ TableName: table, Item: { ...mark, ...kept, stop: sk } }));
        }
        const condition =
          record.revision === 0
            ? { ConditionExpression: "attribute_not_exists(pk)" }
            : {
                ConditionExpression: "revision = :revision",
                ExpressionAttributeValues: { ":revision": { N: String(record.revision) } },
              };
        const item: Item = { pk, sk, ...kept, revision: { N: String(next.revision) }, record: { S: textOfStop(next) } };
        const written = await conditionally(() =>
          client.send(new PutItemCommand({ TableName: table, Item: item, ...condition })),
        );
        if (written && next.state !== "intended") {
          await client.send(new DeleteItemCommand({ TableName: table, Key: mark }));
        }
        return written ? "written" : "stale";
      }),
    intended: (target) =>
      attempt("Query and GetItem", async () => {
        const marks = await queryAll(client, table, partitionOf(target), "intended#", (item) => textOf(item, "stop"));
        const found = await mapConcurrently(marks, readsAtOnce, async (sk) => {
          const Key: Item = { pk: { S: partitionOf(target) }, sk: { S: sk } };
          return (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
        });
        return found
          .flatMap((item) => (item === undefined ? [] : [recordOf(item)]))
          .filter(({ state }) => state === "intended")
          .toSorted(byTime);
      }),
    between: (target, from, until) =>
      attempt("Query", async () => {
        const prefix = commonPrefix(timeText(from), timeText(until));
        const records = await recordsOf(target, `stop#${prefix}`);
        return records.filter(({ intendedAt }) => intendedAt >= from && intendedAt < until);
      }),
    ofSession: (key) =>
      attempt("Query", async () =>
        (await recordsOf(key, "stop#")).filter((record) => sessionPart(record.key) === sessionPart(key)),
      ),
  };
}

const partitionOf = (target: Target): string => `stops#${targetPart(target)}`;

// By time, so that those of a window lie side by side; the digest tells records of one instant apart, however long an id is.
const keysOf = ({ id, key, intendedAt }: StopRecord) => ({
  pk: { S: partitionOf(key) },
  sk: { S: `stop#${timeText(intendedAt)}#${createHash("sha256").update(id).digest("hex")}` },
});

const timeText = (at: Instant): string => String(at).padStart(16, "0");

function commonPrefix(one: string, other: string): string {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return one.slice(0, length);
}

const recordOf = (item: Item): StopRecord => stopOfText(textOf(item, "record"));

const byTime = (a: StopRecord, b: StopRecord): number => a.intendedAt - b.intendedAt || (a.id < b.id ? -1 : 1);
