import { randomBytes } from "node:crypto";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbDocuments } from "../../adapters/dynamodb/documents.ts";
import { dynamodbLedger } from "../../adapters/dynamodb/ledger.ts";
import { keptClosedMs, type Ledger, type LedgerSession } from "../../core/ports/ledger.ts";
import { accountText, bill, entry, foldedText, hours, listed, open } from "./bills.ts";
import { ledgerContract } from "./contract.ts";
import { type DynamoServer, dynamoServer } from "./dynamo-server.ts";

let server: DynamoServer;
beforeAll(async () => {
  server = await dynamoServer();
});
afterAll(() => server.close());

ledgerContract("DynamoDB", async () => {
  const table = await server.newTable();
  return {
    ledger: dynamodbLedger(server.client(), table, accountText()),
    second: dynamodbLedger(server.client(), table, accountText()),
    folded: dynamodbLedger(server.client(), table, foldedText),
    documents: dynamodbDocuments(server.client(), table),
    close: () => undefined,
  };
});

const here = { account: bill("a").account, region: bill("a").region };
const mark = { source: "log-group:a", readUntil: hours(2), finalUntil: hours(1), checkedUntil: hours(0) };
const itemsOf = async (table: string) =>
  (await server.client().send(new ScanCommand({ TableName: table }))).Items ?? [];

/** What a pass does with the ledger: one session stays open, one closes, one opens again, one is new, and the mark moves. */
async function pass(ledger: Ledger): Promise<void> {
  const wanted: readonly LedgerSession["bill"][] = [
    open("stays", { asOf: hours(2) }),
    bill("closes"),
    open("reopens", { version: 1 }),
    open("new"),
  ];
  const stored = await ledger.sessions(wanted);
  for (const [index, it] of wanted.entries()) {
    const before = stored[index]?.bill;
    const done = before?.asOf === it.asOf && before.final === it.final && before.version === it.version;
    if (!done) expect(await ledger.put(entry(stored[index]?.revision ?? 0, it))).toBe("written");
  }
  await ledger.advance(here, mark);
}

describe("the DynamoDB table of the ledger", () => {
  it("is in a state from which the next run finishes, wherever a run was killed", async () => {
    const seen = [open("stays"), open("closes"), bill("reopens")];
    // Whole, it takes eight writes: four sessions, marks for the three that are open, one mark gone, how far was read.
    for (let writes = 0; writes < 9; writes += 1) {
      const table = await server.newTable();
      const ledger = dynamodbLedger(server.client(), table, accountText());
      for (const it of seen) await ledger.put(entry(0, it));
      await expect(pass(dynamodbLedger(server.dyingAt(writes), table, accountText()))).rejects.toMatchObject({
        code: "unreachable",
      });
      await pass(ledger);
      expect(await ledger.open(here)).toEqual(
        [
          entry(1, open("new")),
          entry(2, open("reopens", { version: 1 })),
          entry(2, open("stays", { asOf: hours(2) })),
        ].map(listed),
      );
      expect(await ledger.sessions([bill("closes")])).toEqual([entry(2, bill("closes"))]);
      expect(await ledger.marks(here)).toEqual([mark]);
    }
    const table = await server.newTable();
    const ledger = dynamodbLedger(server.client(), table, accountText());
    for (const it of seen) await ledger.put(entry(0, it));
    await pass(dynamodbLedger(server.dyingAt(9), table, accountText()));
  });

  it("reads open sessions alone, however many have been closed", async () => {
    const table = await server.newTable();
    const ledger = dynamodbLedger(server.client(), table, accountText());
    await ledger.put(entry(0, open("a")));
    await ledger.put(entry(1, bill("a")));
    await ledger.put(entry(0, open("b")));
    const kinds = (await itemsOf(table)).map((item) => item["sk"]?.S?.split("#")[0]).sort();
    expect(kinds).toEqual(["open", "session", "session"]);
  });

  it("marks closed sessions for deletion, and no open one", async () => {
    const table = await server.newTable();
    const ledger = dynamodbLedger(server.client(), table, accountText());
    await ledger.put(entry(0, bill("a", { asOf: hours(1) })));
    await ledger.put(entry(0, open("b")));
    const sessions = (await itemsOf(table)).filter((item) => item["sk"]?.S?.startsWith("session#"));
    const expiries = sessions.map((item) => [item["sk"]?.S?.at(-1), item["expiresAt"]?.N]);
    expect(new Map(expiries as [string, string][])).toEqual(
      new Map<string | undefined, string | undefined>([
        ["a", String((hours(1) + keptClosedMs) / 1000)],
        ["b", undefined],
      ]),
    );
  });

  it("holds an account of half a megabyte of text, and says what to do with one that is too large", async () => {
    const table = await server.newTable();
    const large = dynamodbLedger(server.client(), table, accountText('{"at":1790912445000,"e":1}'.repeat(20_000)));
    expect(await large.put(entry(0, open("a")))).toBe("written");
    // Random bytes cannot be made smaller; as base64 they take a third more and shrink by as much again.
    const sized = (bytes: number) =>
      dynamodbLedger(server.client(), table, accountText(randomBytes(bytes).toString("base64")));
    expect(await sized(395_000).put(entry(0, open("b")))).toBe("written");
    await expect(sized(405_000).put(entry(0, open("c")))).rejects.toMatchObject({
      name: "RegistryError",
      code: "too-large",
      retryable: false,
      message: expect.stringMatching(/session tool-VbMl9Hi8I4\/c of 111122223333\/us-east-1 takes \d+ bytes.*SQLite/),
    });
    expect(await large.sessions([open("c")])).toEqual([null]);
  });

  it("says which item it cannot read", async () => {
    const table = await server.newTable();
    await dynamodbLedger(server.client(), table, accountText()).put(entry(0, open("a")));
    const broken = { ...accountText(), decode: () => JSON.parse("{") };
    await expect(dynamodbLedger(server.client(), table, broken).sessions([open("a")])).rejects.toMatchObject({
      code: "corrupt",
    });
  });
});
