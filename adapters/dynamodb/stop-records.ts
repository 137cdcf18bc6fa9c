import { createHash } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { Target } from "../../core/inventory/target.ts";
import { accountId, region } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import { object, string } from "../../core/ports/read-stored.ts";
import { textOfStop } from "../../core/ports/stop-text.ts";
import { keptStopMs, type StopRecord, type StopRecords } from "../../core/ports/stops.ts";
import { storedStopOf } from "../../core/ports/stored-stop.ts";
import { conditionally } from "./conditionally.ts";
import { type Item, numberOf, textOf } from "./items.ts";
import { queryAll, type SortKeys } from "./query.ts";
import { registryError } from "./registry-error.ts";

// On-demand tables take thousands of reads a second; this only bounds sockets.
const readsAtOnce = 16;

/**
 * Keeps the records of stops in the table of the registry, with conditional writes of single items only. A record lies under its session
 * and its id, so that of two runs that mean the same stop one writes it, whenever each of them means to.
 *
 * Two marks say where it is: one by time, and one while it is only intended, so that those are found at once; a third says of its target
 * that it has any. They are set before the record is written, and the second is taken away after its outcome is: so there are always at
 * least as many marks as records, wherever a run was killed.
 */
export function dynamodbStopRecords(client: DynamoDBClient, table: string): StopRecords {
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw registryError(error, operation, table);
    }
  };
  const marked = async (target: Target, keys: SortKeys): Promise<readonly StopRecord[]> => {
    const marks = await queryAll(client, table, partitionOf(target), keys, (item) => textOf(item, "stop"));
    const found = await mapConcurrently([...new Set(marks)], readsAtOnce, async (sk) => {
      const Key: Item = { pk: { S: partitionOf(target) }, sk: { S: sk } };
      return (await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
    });
    return found.flatMap((item) => (item === undefined ? [] : [recordOf(target)(item)])).toSorted(byTime);
  };
  return {
    put: (record) =>
      attempt("PutItem and DeleteItem", async () => {
        const next = { ...record, revision: record.revision + 1 };
        const text = textOfStop(next);
        const { pk, stop, intent, time } = keysOf(next);
        const kept = { expiresAt: { N: String(Math.ceil((next.intendedAt + keptStopMs) / 1000)) } };
        const marks: readonly Item[] = [
          {
            pk: { S: targetsPartition },
            sk: { S: `target#${targetPart(next.key)}` },
            target: { S: JSON.stringify({ account: next.key.account, region: next.key.region }) },
          },
          { pk, sk: time, stop },
          { pk, sk: intent, stop },
        ];
        for (const mark of next.state === "intended" ? marks : []) {
          await client.send(new PutItemCommand({ TableName: table, Item: { ...mark, ...kept } }));
        }
        const condition =
          record.revision === 0
            ? { ConditionExpression: "attribute_not_exists(pk)" }
            : {
                ConditionExpression: "revision = :revision",
                ExpressionAttributeValues: { ":revision": { N: String(record.revision) } },
              };
        const revision = { N: String(next.revision) };
        const said = { id: { S: JSON.stringify(next.id) }, intendedAt: { N: String(next.intendedAt) } };
        const item: Item = { pk, sk: stop, ...kept, ...said, revision, record: { S: text } };
        const written = await conditionally(() =>
          client.send(new PutItemCommand({ TableName: table, Item: item, ...condition })),
        );
        if (written && next.state !== "intended") {
          await client.send(new DeleteItemCommand({ TableName: table, Key: { pk, sk: intent } }));
        }
        return written ? "written" : "stale";
      }),
    intended: (target) =>
      attempt("Query and GetItem", async () =>
        (await marked(target, "intended#")).filter(({ state }) => state === "intended"),
      ),
    between: (target, from, until) =>
      attempt("Query and GetItem", async () => {
        // The mark of `until` itself has a digest behind it, so that it lies beyond.
        const records = await marked(target, { from: `at#${timeText(from)}`, to: `at#${timeText(until)}` });
        return records.filter(({ intendedAt }) => intendedAt >= from && intendedAt < until);
      }),
    ofSession: (key) =>
      attempt("Query", async () =>
        (await queryAll(client, table, partitionOf(key), prefixOf(key), recordOf(key))).toSorted(byTime),
      ),
    targets: () => attempt("Query", () => queryAll(client, table, targetsPartition, "target#", targetOf)),
  };
}

const targetsPartition = "stops";

const partitionOf = (target: Target): string => `stops#${targetPart(target)}`;

// Digests, however long a name or an id is.
const prefixOf = (key: SessionKey): string => `stop#${digestOf(sessionPart(key))}#`;

function keysOf({ id, key, intendedAt }: StopRecord) {
  const own = digestOf(id);
  const text = (sk: string) => ({ S: sk });
  return {
    pk: text(partitionOf(key)),
    stop: text(`${prefixOf(key)}${own}`),
    intent: text(`intended#${own}`),
    time: text(`at#${timeText(intendedAt)}#${own}`),
  };
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const timeText = (at: Instant): string => String(at).padStart(16, "0");

function targetOf(item: Item): Target {
  const value = object(JSON.parse(textOf(item, "target")), "target");
  return {
    account: accountId(string(value["account"], "account")),
    region: region(string(value["region"], "region")),
  };
}

/** An item that an earlier release wrote says its id and its time in its text alone. */
const recordOf =
  ({ account, region }: Target) =>
  (item: Item): StopRecord =>
    storedStopOf(item["record"]?.S ?? "", {
      target: { account, region },
      id: idOf(item["id"]?.S ?? JSON.stringify(textOf(item, "sk"))),
      revision: numberOf(item, "revision"),
      state: null,
      intendedAt:
        item["intendedAt"] === undefined
          ? plusMs(instant(numberOf(item, "expiresAt") * 1000), -keptStopMs)
          : instant(numberOf(item, "intendedAt")),
    });

const idOf = (text: string): string => String(JSON.parse(text));

const byTime = (a: StopRecord, b: StopRecord): number => a.intendedAt - b.intendedAt || (a.id < b.id ? -1 : 1);
