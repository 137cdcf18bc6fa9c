import { gunzipSync, gzipSync } from "node:zlib";
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Documents } from "../../core/ports/documents.ts";
import { conditionally } from "./conditionally.ts";
import { type DocumentParts, documentParts, type PartsPlace } from "./document-parts.ts";
import { type Item, mostItemBytes, numberOf, textOf } from "./items.ts";
import { registryError } from "./registry-error.ts";

const partitionOf = (name: string): string => `document#${name}`;
const keyOf = (name: string): Item => ({ pk: { S: partitionOf(name) }, sk: { S: "document" } });

// Each time that parts are gone another run has written the document, and its parts are there.
const mostAttempts = 10;

/**
 * Keeps texts of any length by name in the table of the registry. A name is ours, at most 2000 bytes.
 *
 * A text is compressed into the item of its name. One that is too large for it is cut into parts, which are written first: the
 * item, under a condition on the revision, then says where they are, so that a reader finds the old text or the new one.
 */
export function dynamodbDocuments(client: DynamoDBClient, table: string): Documents {
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw registryError(error, operation, table);
    }
  };
  const headOf = async (name: string): Promise<Item | null> => {
    const command = new GetItemCommand({ TableName: table, Key: keyOf(name), ConsistentRead: true });
    return (await client.send(command)).Item ?? null;
  };
  /** What the item was before; null where the condition did not hold. */
  const putHead = async (name: string, revision: number, content: Item): Promise<Item | null> => {
    let before: Item = {};
    const condition =
      revision === 0
        ? { ConditionExpression: "attribute_not_exists(pk)" }
        : {
            ConditionExpression: "revision = :revision",
            ExpressionAttributeValues: { ":revision": { N: String(revision) } },
          };
    const isWritten = await conditionally(async () => {
      const item = { ...keyOf(name), revision: { N: String(revision + 1) }, ...content };
      const put = new PutItemCommand({ TableName: table, Item: item, ...condition, ReturnValues: "ALL_OLD" });
      before = (await client.send(put)).Attributes ?? {};
    });
    return isWritten ? before : null;
  };

  return {
    read: (name) =>
      attempt("GetItem", async () => {
        const parts = documentParts(client, table, partitionOf(name));
        for (let tried = 0; tried < mostAttempts; tried += 1) {
          const head = await headOf(name);
          if (head === null) return null;
          const text = await textOfHead(head, parts);
          if (text !== null) return { revision: numberOf(head, "revision"), text };
        }
        throw new SyntaxError(`parts of the document ${name} are missing`);
      }),
    write: (name, { revision, text }) =>
      attempt("PutItem and DeleteItem", async () => {
        const parts = documentParts(client, table, partitionOf(name));
        const bytes = gzipSync(text);
        const place = bytes.length > mostItemBytes ? await parts.put(bytes, revision + 1) : null;
        const before = await putHead(name, revision, place === null ? { packed: { B: bytes } } : itemOfPlace(place));
        if (before === null) {
          if (place !== null) await parts.remove(place);
          return "stale";
        }
        if (place !== null || placeOf(before) !== null) await parts.clear(revision + 1, place);
        return "written";
      }),
  };
}

/** Null where a part is gone. */
async function textOfHead(head: Item, parts: DocumentParts): Promise<string | null> {
  // From before texts were compressed.
  if (head["text"] !== undefined) return textOf(head, "text");
  const place = placeOf(head);
  const bytes = place === null ? head["packed"]?.B : await parts.get(place);
  if (bytes === null) return null;
  if (bytes === undefined) throw new SyntaxError("the attribute packed is not binary");
  try {
    return gunzipSync(bytes).toString("utf8");
  } catch (error) {
    throw new SyntaxError("a document is not compressed text", { cause: error });
  }
}

const itemOfPlace = ({ tag, count }: PartsPlace): Item => ({ tag: { S: tag }, parts: { N: String(count) } });

const placeOf = (head: Item): PartsPlace | null =>
  head["tag"] === undefined ? null : { tag: textOf(head, "tag"), count: numberOf(head, "parts") };
