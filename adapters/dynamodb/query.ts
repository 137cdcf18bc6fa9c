import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "./items.ts";

/** Sort keys that start with a text, or lie between two, both included. */
export type SortKeys = string | { readonly from: string; readonly to: string };

/** Every item of a partition with such a sort key, over all pages, in the order of the keys. */
export async function queryAll<T>(
  client: DynamoDBClient,
  table: string,
  partition: string,
  keys: SortKeys,
  read: (item: Item) => T,
  attributes?: readonly string[],
): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const items of queryPages(client, table, partition, keys, attributes)) found.push(...items.map(read));
  return found;
}

/** The same, page by page: 1 MB of items each. `attributes`: those that are wanted; all of them where it is absent. */
export async function* queryPages(
  client: DynamoDBClient,
  table: string,
  partition: string,
  keys: SortKeys,
  attributes?: readonly string[],
): AsyncGenerator<readonly Item[]> {
  const [condition, values] =
    typeof keys === "string"
      ? ["begins_with(sk, :prefix)", { ":prefix": { S: keys } }]
      : ["sk BETWEEN :from AND :to", { ":from": { S: keys.from }, ":to": { S: keys.to } }];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: `pk = :pk AND ${condition}`,
        ExpressionAttributeValues: { ":pk": { S: partition }, ...values },
        ConsistentRead: true,
        ...(attributes === undefined ? {} : projectionOf(attributes)),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    yield page.Items ?? [];
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** By other names, for many words are reserved. */
export const projectionOf = (attributes: readonly string[]) => ({
  ProjectionExpression: attributes.map((name) => `#${name}`).join(", "),
  ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
});
