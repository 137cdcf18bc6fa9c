import { type DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import type { Documents } from "../../core/ports/documents.ts";
import { conditionally } from "./conditionally.ts";
import { type Item, numberOf, textOf } from "./items.ts";
import { registryError } from "./registry-error.ts";

const keyOf = (name: string): Item => ({ pk: { S: `document#${name}` }, sk: { S: "document" } });

/** Keeps texts by name in the table of the registry. A name is ours, at most 2000 bytes; a text at most 400 KB. */
export function dynamodbDocuments(client: DynamoDBClient, table: string): Documents {
  const attempt = async <T>(operation: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw registryError(error, operation, table);
    }
  };
  return {
    read: (name) =>
      attempt("GetItem", async () => {
        const command = new GetItemCommand({ TableName: table, Key: keyOf(name), ConsistentRead: true });
        const { Item: item } = await client.send(command);
        return item === undefined ? null : { revision: numberOf(item, "revision"), text: textOf(item, "text") };
      }),
    write: (name, { revision, text }) =>
      attempt("PutItem", async () => {
        const condition =
          revision === 0
            ? { ConditionExpression: "attribute_not_exists(pk)" }
            : {
                ConditionExpression: "revision = :revision",
                ExpressionAttributeValues: { ":revision": { N: String(revision) } },
              };
        const item = { ...keyOf(name), revision: { N: String(revision + 1) }, text: { S: text } };
        const command = new PutItemCommand({ TableName: table, Item: item, ...condition });
        return (await conditionally(() => client.send(command))) ? "written" : "stale";
      }),
  };
}
