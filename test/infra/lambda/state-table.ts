import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import type { StackResource } from "../synth/graph.ts";

export interface StateTable {
  readonly url: string;
  /** Names of the operations that were called since it was made. */
  readonly operations: () => readonly string[];
  readonly close: () => Promise<void>;
}

/** A DynamoDB with the one table that the stack asks for. */
export async function startStateTable(table: StackResource): Promise<StateTable> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "111122223333", secretAccessKey: "local" },
  });
  const { name, attributes, hashKey, rangeKey } = table.inputs as unknown as TableInputs;
  const definition: CreateTableCommandInput = {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attributes.map((item) => ({ AttributeName: item.name, AttributeType: item.type })),
    KeySchema: [
      { AttributeName: hashKey, KeyType: "HASH" },
      { AttributeName: rangeKey, KeyType: "RANGE" },
    ],
  };
  await client.send(new CreateTableCommand(definition));
  const isActive = async (): Promise<boolean> =>
    (await client.send(new DescribeTableCommand({ TableName: name }))).Table?.TableStatus === "ACTIVE";
  while (!(await isActive())) await setImmediate();
  client.destroy();

  const called = new Set<string>();
  server.on("request", (request: { headers: Record<string, string | undefined> }) => {
    called.add(request.headers["x-amz-target"]?.split(".").at(-1) ?? "");
  });
  return {
    url,
    operations: () => [...called].toSorted(),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface TableInputs {
  readonly name: string;
  readonly hashKey: string;
  readonly rangeKey: string;
  readonly attributes: readonly { readonly name: string; readonly type: "S" | "N" }[];
}
