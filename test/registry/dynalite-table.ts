import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterAll } from "vitest";

export interface LocalDynamo {
  readonly newClient: () => DynamoDBClient;
  /** An empty table with the keys of the deployed one. */
  readonly newTable: () => Promise<string>;
}

/** A DynamoDB on the loopback interface, which ends with the tests of the file. */
export async function localDynamo(): Promise<LocalDynamo> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const newClient = (): DynamoDBClient =>
    new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "111122223333", secretAccessKey: "local" },
      maxAttempts: 1,
    });
  const client = newClient();
  afterAll(async () => {
    client.destroy();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  let tables = 0;
  return {
    newClient,
    newTable: async () => {
      const TableName = `state-${++tables}`;
      const keys = [
        ["pk", "HASH"],
        ["sk", "RANGE"],
      ] as const;
      await client.send(
        new CreateTableCommand({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: keys.map(([AttributeName]) => ({ AttributeName, AttributeType: "S" })),
          KeySchema: keys.map(([AttributeName, KeyType]) => ({ AttributeName, KeyType })),
        }),
      );
      // A table is made in the background, there as here.
      const isActive = async (): Promise<boolean> =>
        (await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus === "ACTIVE";
      while (!(await isActive())) await setImmediate();
      return TableName;
    },
  };
}
