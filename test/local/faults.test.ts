import {
  GetCodeInterpreterSessionCommand,
  ListCodeInterpreterSessionsCommand,
  StartCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { ListCodeInterpretersCommand } from "@aws-sdk/client-bedrock-agentcore-control";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FaultRule } from "../../local/faults.ts";
import { rawRequest } from "./raw-request.ts";
import { type Emulated, emulated, failureOf, putSession, system } from "./world-fixture.ts";

let aws: Emulated;
let client: ReturnType<Emulated["sessions"]>;
const ids = Array.from({ length: 25 }, (_, index) => `S${index}`);

beforeEach(async () => {
  aws = await emulated();
  client = aws.sessions();
  for (const id of ids) putSession(aws.place, { id, name: "named" });
});
afterEach(() => aws.close());

async function withFaults(...faults: FaultRule[]): Promise<void> {
  expect((await aws.local("POST", "faults", { faults })).status).toBe(200);
}

const operation = "ListCodeInterpreterSessions";
const list = (nextToken?: string, from = client) =>
  from.send(
    new ListCodeInterpreterSessionsCommand({
      codeInterpreterIdentifier: system,
      ...(nextToken === undefined ? {} : { nextToken }),
    }),
  );
const get = (sessionId = "S0") =>
  client.send(new GetCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionId }));

/** Pages until no token comes; stops at a token that comes again, as a careful client does. */
async function pagesOf(limit = 20): Promise<{ readonly pages: string[][]; readonly repeated: boolean }> {
  const pages: string[][] = [];
  let token: string | undefined;
  for (let count = 0; count < limit; count++) {
    const answer = await list(token);
    pages.push((answer.items ?? []).map((item) => item.sessionId ?? ""));
    if (answer.nextToken === undefined) return { pages, repeated: false };
    if (answer.nextToken === token) return { pages, repeated: true };
    token = answer.nextToken;
  }
  throw new Error(`no end after ${limit} pages`);
}

describe("faults that are answered instead", () => {
  it.each([
    { rule: { kind: "throttle" as const }, failure: { name: "ThrottlingException", status: 429 } },
    { rule: { kind: "error" as const }, failure: { name: "InternalServerException", status: 500 } },
    { rule: { kind: "error" as const, status: 503 }, failure: { name: "ServiceUnavailableException", status: 503 } },
    { rule: { kind: "access-denied" as const }, failure: { name: "AccessDeniedException", status: 403 } },
    { rule: { kind: "html-503" as const }, failure: { name: "SyntaxError", status: 503 } },
  ])("$rule.kind is answered $failure.status", async ({ rule, failure }) => {
    await withFaults({ ...rule, operation });
    expect(await failureOf(list())).toMatchObject(failure);
    expect((await get()).status).toBe("READY");
  });

  it("access-denied names the operation's IAM action", async () => {
    await withFaults({ kind: "access-denied" });
    expect((await failureOf(list())).message).toContain(
      "is not authorized to perform: bedrock-agentcore:ListCodeInterpreterSessions",
    );
  });

  it("timeout hangs, then drops the connection", async () => {
    await withFaults({ kind: "timeout", delayMs: 30 });
    const began = performance.now();
    await expect(rawRequest(aws.url, { method: "POST", path: "/code-interpreters" })).rejects.toThrow("fetch failed");
    expect(performance.now() - began).toBeGreaterThan(25);
  });

  it("slow answers late, and rightly", async () => {
    await withFaults({ kind: "slow", delayMs: 30 });
    const began = performance.now();
    expect((await get()).status).toBe("READY");
    expect(performance.now() - began).toBeGreaterThan(25);
  });

  it("vanish loses a session between List and Get, and nothing else", async () => {
    await withFaults({ kind: "vanish", times: 1 });
    expect((await list()).items).toHaveLength(10);
    expect(await failureOf(get())).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
    expect((await get()).status).toBe("READY");
  });
});

describe("faults of paging", () => {
  it("empty-page puts an empty page with a token before each page, and loses nothing", async () => {
    await withFaults({ kind: "empty-page", operation });
    const { pages } = await pagesOf();
    expect(pages.map((page) => page.length)).toEqual([0, 10, 0, 10, 0, 5]);
    expect(pages.flat().toSorted()).toEqual(ids.toSorted());
  });

  it("empty-page works on interpreters too", async () => {
    await withFaults({ kind: "empty-page" });
    const first = await aws.control().send(new ListCodeInterpretersCommand({}));
    expect(first.codeInterpreterSummaries).toEqual([]);
    const { nextToken = "" } = first;
    const second = await aws.control().send(new ListCodeInterpretersCommand({ nextToken }));
    expect(second.codeInterpreterSummaries).toHaveLength(1);
    expect(second.nextToken).toBeUndefined();
  });

  it("repeated-token gives the token again that was sent", async () => {
    await withFaults({ kind: "repeated-token", operation });
    const { pages, repeated } = await pagesOf();
    expect(repeated).toBe(true);
    expect(pages.map((page) => page.length)).toEqual([10, 10]);
    expect(new Set(pages.flat()).size).toBe(20);
  });

  it("repeated-token leads past the end of a single page, where nothing is doubled", async () => {
    aws.place.sessions.clear();
    putSession(aws.place, { id: "only" });
    await withFaults({ kind: "repeated-token", operation });
    expect(await pagesOf()).toEqual({ pages: [["only"], []], repeated: true });
  });

  it("repeated-token that strikes once lets a client that goes on read all", async () => {
    await withFaults({ kind: "repeated-token", operation, times: 1 });
    const { pages, repeated } = await pagesOf();
    expect(repeated).toBe(false);
    expect(pages.flat().toSorted()).toEqual(ids.toSorted());
  });
});

describe("faults of content", () => {
  it("missing-optional leaves out what the model does not require", async () => {
    await withFaults({ kind: "missing-optional" });
    const { items = [] } = await list();
    expect(Object.keys(items[0] ?? {}).toSorted()).toEqual([
      "codeInterpreterIdentifier",
      "createdAt",
      "sessionId",
      "status",
    ]);
    const { $metadata: _metadata, ...session } = await get();
    expect(Object.keys(session).toSorted()).toEqual(["codeInterpreterIdentifier", "createdAt", "sessionId"]);
  });

  it("unknown-status answers a status that no model lists", async () => {
    await withFaults({ kind: "unknown-status" });
    expect((await list()).items?.[0]?.status).toBe("HIBERNATING");
    expect((await get()).status).toBe("HIBERNATING");
  });

  it("empty-region shows a Region as if nothing were in it", async () => {
    await withFaults({ kind: "empty-region", region: "us-east-1" });
    expect((await list()).items).toEqual([]);
    expect((await failureOf(get())).status).toBe(404);
    await aws.local("DELETE", "faults");
    expect((await list()).items).toHaveLength(10);
  });

  it("empty-region loses nothing of what is written meanwhile", async () => {
    await withFaults({ kind: "empty-region" });
    const { sessionId } = await client.send(
      new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system }),
    );
    await aws.local("DELETE", "faults");
    expect((await get(sessionId)).status).toBe("READY");
  });

  it("partial-put-events fails a part of the entries", async () => {
    await withFaults({ kind: "partial-put-events" });
    const events = new EventBridgeClient({
      endpoint: aws.url,
      region: "us-east-1",
      credentials: { accessKeyId: "111122223333", secretAccessKey: "any" },
    });
    const entry = { Source: "test", DetailType: "Test", Detail: "{}" };
    const answer = await events.send(new PutEventsCommand({ Entries: [entry, entry, entry, entry] }));
    expect(answer.FailedEntryCount).toBeGreaterThan(0);
    expect(answer.FailedEntryCount).toBeLessThan(4);
    const received = (await aws.local("GET", "events")).body["events"] as unknown[];
    expect(received).toHaveLength(4 - (answer.FailedEntryCount ?? 0));
    events.destroy();
  });
});
