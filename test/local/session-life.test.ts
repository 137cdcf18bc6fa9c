import {
  GetCodeInterpreterSessionCommand,
  type GetCodeInterpreterSessionCommandInput,
  ListCodeInterpreterSessionsCommand,
  StartCodeInterpreterSessionCommand,
  type StartCodeInterpreterSessionCommandInput,
  StopCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sessionQuotaCode } from "../../local/fleet/build-place.ts";
import { type Emulated, emulated, failureOf, putSession, startAt, system } from "./world-fixture.ts";

let aws: Emulated;
let client: ReturnType<Emulated["sessions"]>;

beforeEach(async () => {
  aws = await emulated();
  client = aws.sessions();
});
afterEach(() => aws.close());

const token = (letter: string): string => letter.repeat(33);
const start = (more: Partial<StartCodeInterpreterSessionCommandInput> = {}) =>
  client.send(new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, ...more }));
const get = (sessionId = "", more: Partial<GetCodeInterpreterSessionCommandInput> = {}) =>
  client.send(new GetCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionId, ...more }));
const stop = (sessionId = "", clientToken = token("z")) =>
  client.send(new StopCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionId, clientToken }));

describe("Start and Get", () => {
  it("starts a session with the defaults of AWS", async () => {
    const { sessionId } = await start();
    expect(sessionId).toMatch(/^[0-9a-zA-Z]{1,40}$/);
    const { $metadata, ...session } = await get(sessionId);
    expect($metadata.httpStatusCode).toBe(200);
    expect(session).toEqual({
      codeInterpreterIdentifier: system,
      sessionId,
      createdAt: new Date(startAt),
      sessionTimeoutSeconds: 900,
      status: "READY",
    });
  });

  it("gives back what it was started with", async () => {
    const certificates = [
      { location: { secretsManager: { secretArn: "arn:aws:secretsmanager:us-east-1:111122223333:secret:a-b" } } },
    ];
    const { sessionId } = await start({ name: "mine", sessionTimeoutSeconds: 28_800, certificates });
    expect(await get(sessionId)).toMatchObject({ name: "mine", sessionTimeoutSeconds: 28_800, certificates });
  });

  it("ends a session at its timeout, whatever was called", async () => {
    const { sessionId } = await start({ sessionTimeoutSeconds: 60 });
    const statusAfter = async (seconds: number): Promise<string | undefined> => {
      aws.advance(seconds);
      return (await get(sessionId)).status;
    };
    expect(await statusAfter(59)).toBe("READY");
    expect(await statusAfter(1)).toBe("TERMINATED");
    expect(await statusAfter(1)).toBe("TERMINATED");
  });

  it("forgets a session 30 days after its end", async () => {
    const { sessionId } = await start({ sessionTimeoutSeconds: 1 });
    aws.advance(1 + 30 * 86_400);
    expect((await get(sessionId)).status).toBe("TERMINATED");
    aws.advance(1);
    expect(await failureOf(get(sessionId))).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
  });

  it("does not find a session under another interpreter, nor one that never was", async () => {
    const { sessionId } = await start();
    const notFound = { name: "ResourceNotFoundException", status: 404 };
    expect(await failureOf(get(sessionId, { codeInterpreterIdentifier: "none-ABCDEFGHIJ" }))).toMatchObject(notFound);
    expect(await failureOf(get("NEVERWAS"))).toMatchObject(notFound);
  });
});

describe("client tokens of Start", () => {
  it("answers the same session for the same token and parameters", async () => {
    const first = await start({ clientToken: token("a"), name: "x" });
    aws.advance(5);
    const again = await start({ clientToken: token("a"), name: "x" });
    expect(again.sessionId).toBe(first.sessionId);
    expect(again.createdAt).toEqual(first.createdAt);
    expect((await start({ clientToken: token("b"), name: "x" })).sessionId).not.toBe(first.sessionId);
  });

  it("refuses the same token with other parameters", async () => {
    await start({ clientToken: token("a"), name: "x" });
    expect(await failureOf(start({ clientToken: token("a"), name: "y" }))).toMatchObject({
      name: "ValidationException",
      status: 400,
      reason: "IdempotentParameterMismatchException",
    });
  });

  it("lets a token be tried again after an error", async () => {
    aws.place.appliedQuotas.set(sessionQuotaCode, 0);
    expect((await failureOf(start({ clientToken: token("a") }))).status).toBe(402);
    aws.place.appliedQuotas.set(sessionQuotaCode, 1);
    expect((await start({ clientToken: token("a") })).sessionId).toBeDefined();
  });
});

describe("the session quota", () => {
  it.each([
    { ready: 2, limit: 3, refused: false },
    { ready: 3, limit: 3, refused: true },
    { ready: 4, limit: 3, refused: true },
    { ready: 0, limit: 0, refused: true },
  ])("with $ready of $limit sessions READY, a start is refused: $refused", async ({ ready, limit, refused }) => {
    aws.place.appliedQuotas.set(sessionQuotaCode, limit);
    for (let index = 0; index < ready; index++) putSession(aws.place, { id: `S${index}` });
    // Ended ones take no place.
    putSession(aws.place, { id: "ended", createdAt: startAt - 901_000 });
    if (!refused) {
      expect((await start()).sessionId).toBeDefined();
      return;
    }
    expect(await failureOf(start())).toMatchObject({
      name: "ServiceQuotaExceededException",
      status: 402,
      message: expect.stringContaining("maxCodeInterpreterSessions limit exceeded"),
    });
  });

  it("falls back from the applied to the default quota", async () => {
    aws.place.defaultQuotas.set(sessionQuotaCode, 1);
    await start();
    expect((await failureOf(start())).status).toBe(402);
  });
});

describe("Stop", () => {
  it("ends a session at once, and the quota place is free", async () => {
    aws.place.appliedQuotas.set(sessionQuotaCode, 1);
    const { sessionId } = await start();
    aws.advance(10);
    const { $metadata, ...stopped } = await stop(sessionId);
    expect($metadata.httpStatusCode).toBe(200);
    expect(stopped).toEqual({
      codeInterpreterIdentifier: system,
      sessionId,
      lastUpdatedAt: new Date(startAt + 10_000),
    });
    expect((await get(sessionId)).status).toBe("TERMINATED");
    expect((await start()).sessionId).toBeDefined();
  });

  it("ignores a repeated client token", async () => {
    const { sessionId } = await start();
    const first = await stop(sessionId, token("a"));
    aws.advance(10);
    expect((await stop(sessionId, token("a"))).lastUpdatedAt).toEqual(first.lastUpdatedAt);
  });

  it("answers 404 for a session that never was", async () => {
    expect(await failureOf(stop("NEVERWAS"))).toMatchObject({ name: "ResourceNotFoundException", status: 404 });
  });

  it.each([
    { stopEnded: "not-found" as const, failure: { name: "ResourceNotFoundException", status: 404 } },
    { stopEnded: "conflict" as const, failure: { name: "ConflictException", status: 409 } },
  ])("can answer $stopEnded for a session that already ended", async ({ stopEnded, failure }) => {
    const other = await emulated({ unknowns: { stopEnded } });
    putSession(other.place, { id: "S", createdAt: startAt - 900_000 });
    const request = new StopCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionId: "S" });
    expect(await failureOf(other.sessions().send(request))).toMatchObject(failure);
    await other.close();
  });

  it("can answer success for a session that already ended, and leaves its end as it was", async () => {
    const other = await emulated({ unknowns: { stopEnded: "success" } });
    const session = putSession(other.place, { id: "S", createdAt: startAt - 900_000 });
    const request = new StopCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionId: "S" });
    expect((await other.sessions().send(request)).sessionId).toBe("S");
    expect(session.stoppedAt).toBeNull();
    expect(session.calls).toEqual([]);
    await other.close();
  });

  it.each([
    { length: 32, status: 400 },
    { length: 33, status: 200 },
    { length: 256, status: 200 },
    { length: 257, status: 400 },
  ])("answers $status to a client token of $length characters", async ({ length, status }) => {
    const { sessionId } = await start();
    const stopped = stop(sessionId, "a".repeat(length));
    if (status === 200) expect((await stopped).sessionId).toBe(sessionId);
    else expect(await failureOf(stopped)).toMatchObject({ name: "ValidationException", fields: ["clientToken"] });
    expect((await get(sessionId)).status).toBe(status === 200 ? "TERMINATED" : "READY");
  });

  it("refuses a token that stopped another session", async () => {
    const [one, other] = [await start(), await start()];
    await stop(one.sessionId, token("a"));
    expect((await failureOf(stop(other.sessionId, token("a")))).reason).toBe("IdempotentParameterMismatchException");
    expect((await get(other.sessionId)).status).toBe("READY");
  });

  it("can show a stopped session as READY for 2 to 20 seconds more, though it is over", async () => {
    const slow = await emulated({ unknowns: { stopSettling: "slowly" } });
    putSession(slow.place, { id: "S" });
    const of = { codeInterpreterIdentifier: system, sessionId: "S" };
    await slow.sessions().send(new StopCodeInterpreterSessionCommand(of));
    const seen = async (): Promise<unknown[]> => {
      const { status } = await slow.sessions().send(new GetCodeInterpreterSessionCommand(of));
      const list = { codeInterpreterIdentifier: system, status: "READY" } as const;
      const { items = [] } = await slow.sessions().send(new ListCodeInterpreterSessionsCommand(list));
      return [status, items.length];
    };
    slow.advance(1.999);
    expect(await seen()).toEqual(["READY", 1]);
    const [truth] = (await slow.local("GET", "truth?cost=false")).body["sessions"] as { status: string }[];
    expect(truth?.status).toBe("TERMINATED");
    slow.advance(18.001);
    expect(await seen()).toEqual(["TERMINATED", 0]);
    await slow.close();
  });

  it("records the start and the stop of a real client as the session's own calls", async () => {
    const { sessionId = "" } = await start();
    aws.advance(10);
    await stop(sessionId);
    const calls = aws.place.sessions.get(system)?.get(sessionId)?.calls ?? [];
    expect(calls.map(({ operation, startAt: at }) => [operation, at - startAt])).toEqual([
      ["StartCodeInterpreterSession", 0],
      ["StopCodeInterpreterSession", 10_000],
    ]);
  });
});
