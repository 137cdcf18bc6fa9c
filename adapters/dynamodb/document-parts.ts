import { randomUUID } from "node:crypto";
import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { mapConcurrently } from "../../core/kernel/map-concurrently.ts";
import { type Item, mostItemBytes } from "./items.ts";
import { queryAll } from "./query.ts";

/** Where the parts of one text are: `count` of them, which no other text ever has. */
export interface PartsPlace {
  readonly tag: string;
  readonly count: number;
}

/** The parts of texts that have no room in one item, beside the item that names them. */
export interface DocumentParts {
  readonly put: (bytes: Uint8Array, revision: number) => Promise<PartsPlace>;
  /** Null where one of them is gone. */
  readonly get: (place: PartsPlace) => Promise<Uint8Array | null>;
  readonly remove: (place: PartsPlace) => Promise<void>;
  /** Takes away all parts up to this revision but those of `kept`: of what was replaced, and of runs that were killed. */
  readonly clear: (revision: number, kept: PartsPlace | null) => Promise<void>;
}

const atOnce = 4;
const prefix = "part#";

export function documentParts(client: DynamoDBClient, table: string, partition: string): DocumentParts {
  const keyOf = (sk: string): Item => ({ pk: { S: partition }, sk: { S: sk } });
  const removeAll = (names: readonly string[]) =>
    mapConcurrently(names, atOnce, (name) =>
      client.send(new DeleteItemCommand({ TableName: table, Key: keyOf(name) })),
    );
  return {
    put: async (bytes, revision) => {
      // Two runs that write the same revision must not mix their parts: each has places of its own.
      const place = { tag: `${numberText(revision)}#${randomUUID()}`, count: Math.ceil(bytes.length / mostItemBytes) };
      await mapConcurrently([...namesOf(place).entries()], atOnce, ([index, name]) => {
        const own = bytes.subarray(index * mostItemBytes, (index + 1) * mostItemBytes);
        return client.send(new PutItemCommand({ TableName: table, Item: { ...keyOf(name), bytes: { B: own } } }));
      });
      return place;
    },
    get: async (place) => {
      const parts = await mapConcurrently(namesOf(place), atOnce, async (name) => {
        const command = new GetItemCommand({ TableName: table, Key: keyOf(name), ConsistentRead: true });
        return (await client.send(command)).Item?.["bytes"]?.B ?? null;
      });
      const there = parts.flatMap((part) => (part === null ? [] : [part]));
      return there.length < parts.length ? null : Buffer.concat(there);
    },
    remove: async (place) => {
      await removeAll(namesOf(place));
    },
    clear: async (revision, kept) => {
      const names = await queryAll(client, table, partition, prefix, (item) => item["sk"]?.S ?? "", ["pk", "sk"]);
      // A later run may be writing parts of a later revision right now.
      const last = `${prefix}${numberText(revision)}$`;
      const keeps = new Set(kept === null ? [] : namesOf(kept));
      await removeAll(names.filter((name) => name < last && !keeps.has(name)));
    },
  };
}

const namesOf = ({ tag, count }: PartsPlace): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${tag}#${index}`);

/** In the order of the numbers. */
const numberText = (revision: number): string => String(revision).padStart(16, "0");
