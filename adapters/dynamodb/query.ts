import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import type { Item } from "./items.ts";

/** Every item of a partition whose sort key starts with `prefix`, over all pages (1 MB each), in the order of the keys. */
export async function queryAll<T>(
  client: DynamoDBClient,
  table: string,
  partition: string,
  prefix: string,
  read: (item: Item) => T,
  /** The attributes that `read` looks at; all of them where it is absent. */
  attributes?: readonly string[],
): Promise<readonly T[]> {
  const found: T[] = [];
  let start: Item | undefined;
  do {
    const page = await client.send(
      new QueryCommand({
        TableName: table,
        KeyConditionExpression: "pk = :pk AND begins_with(sk, :prefix)",
        ExpressionAttributeValues: { ":pk": { S: partition }, ":prefix": { S: prefix } },
        ConsistentRead: true,
        ...(attributes === undefined ? {} : { ProjectionExpression: attributes.join(", ") }),
        ...(start === undefined ? {} : { ExclusiveStartKey: start }),
      }),
    );
    found.push(...(page.Items ?? []).map(read));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return found;
}
