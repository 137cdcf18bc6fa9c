import { randomBytes } from "node:crypto";
import { type AttributeValue, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dynamodbDocuments } from "../../adapters/dynamodb/documents.ts";
import { type DynamoServer, dynamoServer } from "./dynamo-server.ts";

let server: DynamoServer;
beforeAll(async () => {
  server = await dynamoServer();
});
afterAll(() => server.close());

async function itemsOf(table: string) {
  const items: Record<string, AttributeValue>[] = [];
  let start: Record<string, AttributeValue> | undefined;
  do {
    const from = start === undefined ? {} : { ExclusiveStartKey: start };
    const page = await server.client().send(new ScanCommand({ TableName: table, ...from }));
    items.push(...(page.Items ?? []));
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
  return items;
}
// Random bytes cannot be made smaller: as base64 they shrink by what they have grown.
const textOf = (kilobytes: number) => randomBytes(kilobytes * 1000).toString("base64");

describe("a document in DynamoDB", () => {
  it.each([
    ["repeats itself for a megabyte", "tags of an interpreter, ".repeat(50_000), 1],
    ["just fits into an item", textOf(400), 1],
    ["is a little too large for one", textOf(410), 1 + 2],
    ["is two megabytes of no pattern", textOf(2000), 1 + 5],
    ["is empty", "", 1],
  ])("that %s is kept as it is", async (_, text, items) => {
    const table = await server.newTable();
    const documents = dynamodbDocuments(server.client(), table);
    expect(await documents.write("tags/a", { revision: 0, text })).toBe("written");
    expect((await documents.read("tags/a"))?.text === text).toBe(true);
    expect(await itemsOf(table)).toHaveLength(items);
  });

  it("leaves nothing of what it was before, whether it grows or shrinks", async () => {
    const table = await server.newTable();
    const documents = dynamodbDocuments(server.client(), table);
    for (const [revision, kilobytes] of [1, 900, 500, 1200, 1].entries()) {
      const text = textOf(kilobytes);
      expect(await documents.write("tags/a", { revision, text })).toBe("written");
      expect(await documents.read("tags/a")).toEqual({ revision: revision + 1, text });
      expect(await itemsOf(table)).toHaveLength(kilobytes === 1 ? 1 : 1 + Math.ceil(kilobytes / 405));
    }
  });

  it("is written by one of many at once, as a whole", async () => {
    const table = await server.newTable();
    const all = Array.from({ length: 6 }, () => dynamodbDocuments(server.client(), table));
    const texts = all.map(() => textOf(900));
    const write = (revision: number) =>
      Promise.all(all.map((it, i) => it.write("a", { revision, text: texts[i] ?? "" })));
    for (const revision of [0, 1]) {
      const answers = await write(revision);
      expect(answers.filter((answer) => answer === "written")).toHaveLength(1);
      const text = texts[answers.indexOf("written")];
      expect((await all[0]?.read("a"))?.text === text).toBe(true);
      expect(await itemsOf(table)).toHaveLength(1 + 3);
    }
  });

  it("is the old one or the new one to whoever reads while it is written", async () => {
    const table = await server.newTable();
    const [writer, reader] = [dynamodbDocuments(server.client(), table), dynamodbDocuments(server.client(), table)];
    const texts = Array.from({ length: 6 }, () => textOf(450));
    await writer.write("a", { revision: 0, text: texts[0] ?? "" });
    let isDone = false;
    const reading = (async () => {
      while (!isDone) {
        const seen = await reader.read("a");
        expect(texts[(seen?.revision ?? 0) - 1] === seen?.text).toBe(true);
      }
    })();
    for (let revision = 1; revision < texts.length; revision += 1) {
      await writer.write("a", { revision, text: texts[revision] ?? "" });
    }
    isDone = true;
    await reading;
  });

  it("is whole wherever a writer was killed, and the next one clears what that left", async () => {
    const [before, after] = [textOf(500), textOf(900)];
    // Whole, it takes six writes: three parts, the item, and two parts gone.
    for (let writes = 0; writes < 6; writes += 1) {
      const table = await server.newTable();
      const documents = dynamodbDocuments(server.client(), table);
      await documents.write("a", { revision: 0, text: before });
      const dying = dynamodbDocuments(server.dyingAt(writes), table);
      await expect(dying.write("a", { revision: 1, text: after })).rejects.toMatchObject({ code: "unreachable" });
      const seen = await documents.read("a");
      expect(seen?.text === (writes < 4 ? before : after)).toBe(true);
      await documents.write("a", { revision: seen?.revision ?? 0, text: after });
      expect(await itemsOf(table)).toHaveLength(1 + 3);
    }
  });

  it("is read as it was kept before texts were compressed", async () => {
    const table = await server.newTable();
    const Item = { pk: { S: "document#a" }, sk: { S: "document" }, revision: { N: "3" }, text: { S: "old" } };
    await server.client().send(new PutItemCommand({ TableName: table, Item }));
    const documents = dynamodbDocuments(server.client(), table);
    expect(await documents.read("a")).toEqual({ revision: 3, text: "old" });
    expect(await documents.write("a", { revision: 3, text: "new" })).toBe("written");
    expect(await documents.read("a")).toEqual({ revision: 4, text: "new" });
  });

  it.each([
    ["lost a part", { tag: { S: "gone" }, parts: { N: "2" } }],
    ["holds something else", { packed: { B: Buffer.from("no gzip") } }],
    ["holds nothing", {}],
  ])("says that it is damaged where it %s", async (_, content) => {
    const table = await server.newTable();
    const Item = { pk: { S: "document#a" }, sk: { S: "document" }, revision: { N: "1" }, ...content };
    await server.client().send(new PutItemCommand({ TableName: table, Item }));
    await expect(dynamodbDocuments(server.client(), table).read("a")).rejects.toMatchObject({
      name: "RegistryError",
      code: "corrupt",
      message: expect.stringContaining(table),
    });
  });
});
