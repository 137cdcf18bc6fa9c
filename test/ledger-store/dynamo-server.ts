import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setImmediate } from "node:timers/promises";
import { CreateTableCommand, DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";

export interface DynamoServer {
  readonly client: () => DynamoDBClient;
  /** A client whose process is killed at its write number `writes`, counted from 0. */
  readonly dyingAt: (writes: number) => DynamoDBClient;
  readonly newTable: () => Promise<string>;
  readonly close: () => Promise<void>;
}

export async function dynamoServer(): Promise<DynamoServer> {
  const server: Server = dynalite({ createTableMs: 0 });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const clients: DynamoDBClient[] = [];
  const client = (): DynamoDBClient => {
    const made = new DynamoDBClient({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: "us-east-1",
      credentials: { accessKeyId: "111122223333", secretAccessKey: "local" },
      maxAttempts: 1,
    });
    clients.push(made);
    return made;
  };
  const own = client();
  return {
    client,
    dyingAt: (writes) => {
      const dying = client();
      let left = writes;
      dying.middlewareStack.add(
        (next, context) => async (args) => {
          const isWrite = !["GetItemCommand", "QueryCommand"].includes(context.commandName ?? "");
          if (isWrite && left-- <= 0) throw Object.assign(new Error("killed"), { code: "EKILLED" });
          return await next(args);
        },
        { step: "initialize" },
      );
      return dying;
    },
    newTable: async () => {
      const TableName = `state-${crypto.randomUUID()}`;
      const key = (name: string, type: "HASH" | "RANGE") => ({ AttributeName: name, KeyType: type }) as const;
      const text = (name: string) => ({ AttributeName: name, AttributeType: "S" }) as const;
      await own.send(
        new CreateTableCommand({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [text("pk"), text("sk")],
          KeySchema: [key("pk", "HASH"), key("sk", "RANGE")],
        }),
      );
      // A table is made in the background, there as here.
      const isActive = async (): Promise<boolean> =>
        (await own.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus === "ACTIVE";
      while (!(await isActive())) await setImmediate();
      return TableName;
    },
    close: async () => {
      for (const it of clients) it.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
