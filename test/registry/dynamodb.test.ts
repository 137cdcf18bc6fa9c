import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, describe, expect, it } from "vitest";
import { dynamodbRegistry } from "../../adapters/dynamodb/registry.ts";
import { keptGoneMs } from "../../core/ports/registry.ts";
import { registryContract } from "./contract.ts";
import { localDynamo } from "./dynalite-table.ts";
import { change, event, here, minutes, sessionRecord } from "./records.ts";

const { newClient, newTable } = await localDynamo();
const client = newClient();
afterAll(() => client.destroy());

registryContract("DynamoDB", async () => {
  const table = await newTable();
  return {
    registry: dynamodbRegistry(client, table),
    second: dynamodbRegistry(client, table),
    close: () => undefined,
  };
});

const itemsOf = async (table: string) => (await client.send(new ScanCommand({ TableName: table }))).Items ?? [];

/** A client whose process is killed after so many writes. */
function dyingAfter(writes: number): DynamoDBClient {
  const dying = newClient();
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
}

describe("the DynamoDB table", () => {
  it("is in a state from which the next run finishes, wherever a run was killed", async () => {
    const seen = change({ sessions: [sessionRecord("a"), sessionRecord("b")] });
    const next = change({
      at: minutes(1),
      sessions: [
        sessionRecord("a", { lastSeenAt: minutes(1) }),
        sessionRecord("b", { goneAt: minutes(1) }),
        sessionRecord("c", { firstSeenAt: minutes(1) }),
      ],
      newEvents: [event("e1", minutes(1))],
    });
    // Whole, it takes five writes: two sessions put, one put as gone and deleted as open, and the head.
    for (let writes = 0; writes < 5; writes += 1) {
      const table = await newTable();
      const registry = dynamodbRegistry(client, table);
      await registry.commit(here, 0, seen);
      await expect(dynamodbRegistry(dyingAfter(writes), table).commit(here, 1, next)).rejects.toMatchObject({
        code: "unreachable",
      });
      expect(await registry.load(here)).toMatchObject({ revision: 1, unsentEvents: [] });
      expect(await registry.commit(here, 1, next)).toBe("committed");
      const whole = await registry.load(here);
      expect(whole).toMatchObject({ revision: 2, unsentEvents: [event("e1", minutes(1))] });
      expect(whole.openSessions.map((record) => record.session)).toEqual(["a", "c"]);
      expect((await registry.goneSince(here, minutes(0))).map((record) => record.session)).toEqual(["b"]);
    }
  });

  it("marks a session that is gone for deletion, and no other item", async () => {
    const table = await newTable();
    const gone = sessionRecord("b", { goneAt: minutes(1) });
    await dynamodbRegistry(client, table).commit(
      here,
      0,
      change({ at: minutes(1), sessions: [sessionRecord("a"), gone] }),
    );
    const expiring = (await itemsOf(table)).filter((item) => item["expiresAt"] !== undefined);
    expect(expiring.map((item) => item["sk"]?.S)).toEqual(["gone#aws.codeinterpreter.v1#b"]);
    expect(Number(expiring[0]?.["expiresAt"]?.N)).toBe((minutes(1) + keptGoneMs) / 1000);
  });

  it("does not let the sessions of an older pass replace those of a newer", async () => {
    const table = await newTable();
    const registry = dynamodbRegistry(client, table);
    const newer = sessionRecord("a", { lastSeenAt: minutes(5) });
    await registry.commit(here, 0, change({ at: minutes(5), sessions: [newer] }));
    await registry.commit(
      here,
      1,
      change({ at: minutes(2), sessions: [sessionRecord("a", { lastSeenAt: minutes(2) })] }),
    );
    expect((await registry.load(here)).openSessions).toEqual([newer]);
  });

  it.each([["does not exist", async () => "no-such-table", "denied", /does not exist.*deploy/]])(
    "says what to do where the table %s",
    async (_what, table, code, message) => {
      await expect(dynamodbRegistry(client, await table()).load(here)).rejects.toMatchObject({
        name: "RegistryError",
        code,
        message: expect.stringMatching(message),
      });
    },
  );

  it("stays below the size of an item with a full outbox", async () => {
    const table = await newTable();
    const events = Array.from({ length: 100 }, (_, index) => ({
      ...event(
        `scan-degraded/111122223333/ap-southeast-7/partial-failed/2026-11-20T12:00:00.${String(index).padStart(3, "0")}Z`,
      ),
      // Five problems with the longest message that an event carries.
      detail: {
        problems: Array.from({ length: 5 }, () => ({ code: "ThrottlingException", message: "x".repeat(500) })),
      },
    }));
    const registry = dynamodbRegistry(client, table);
    await registry.commit(here, 0, change({ newEvents: events }));
    expect((await registry.load(here)).unsentEvents).toHaveLength(100);
    const head = (await itemsOf(table)).find((item) => item["sk"]?.S === "head");
    expect(JSON.stringify(head).length).toBeLessThan(400_000);
  });
});
