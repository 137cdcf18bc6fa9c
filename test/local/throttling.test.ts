import {
  GetCodeInterpreterSessionCommand,
  ListCodeInterpreterSessionsCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { CreateCodeInterpreterCommand } from "@aws-sdk/client-bedrock-agentcore-control";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { rateLimiter } from "../../local/wire/rate-limiter.ts";
import { type Emulated, emulated, failureOf, system } from "./world-fixture.ts";

let aws: Emulated;

beforeEach(async () => {
  aws = await emulated({ limits: { requestsPerSecond: 30, writesPerSecond: 5 } });
});
afterEach(() => aws.close());

const listOnce = (client: ReturnType<Emulated["sessions"]>) =>
  client.send(new ListCodeInterpreterSessionsCommand({ codeInterpreterIdentifier: system }));

async function accepted(attempts: number, request: () => Promise<unknown>): Promise<number> {
  const outcomes = await Promise.allSettled(Array.from({ length: attempts }, request));
  return outcomes.filter(({ status }) => status === "fulfilled").length;
}

describe("30 requests a second", () => {
  it("are let through, and the next is answered 429", async () => {
    const client = aws.sessions();
    expect(await accepted(30, () => listOnce(client))).toBe(30);
    expect(await failureOf(listOnce(client))).toMatchObject({ name: "ThrottlingException", status: 429 });
  });

  it("come back with wall time, not with emulated time", async () => {
    const client = aws.sessions();
    await accepted(30, () => listOnce(client));
    aws.advance(3600);
    expect((await failureOf(listOnce(client))).status).toBe(429);
    aws.advanceWall(100);
    expect(await accepted(10, () => listOnce(client))).toBe(3);
  });

  it("are counted for each operation, account and Region by itself", async () => {
    await accepted(31, () => listOnce(aws.sessions()));
    const get = new GetCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, sessionId: "NEVERWAS" });
    expect((await failureOf(aws.sessions().send(get))).status).toBe(404);
    expect((await listOnce(aws.sessions({ region: "eu-west-1" }))).items).toEqual([]);
    expect((await listOnce(aws.sessions({ account: "999988887777" }))).items).toEqual([]);
  });

  it("are 5 for creating an interpreter", async () => {
    const client = aws.control();
    let number = 0;
    const create = () =>
      client.send(
        new CreateCodeInterpreterCommand({ name: `t${number++}`, networkConfiguration: { networkMode: "PUBLIC" } }),
      );
    expect(await accepted(8, create)).toBe(5);
  });

  it("are counted in the call log, those that were throttled too", async () => {
    const client = aws.sessions();
    await accepted(33, () => listOnce(client));
    expect((await aws.local("GET", "calls")).body["counts"]).toEqual([
      expect.objectContaining({
        operation: "ListCodeInterpreterSessions",
        region: "us-east-1",
        attempts: 33,
        ok: 30,
        throttled: 3,
      }),
    ]);
  });
});

describe("a token bucket", () => {
  it.each([
    { idleMs: 999, more: 29 },
    { idleMs: 1000, more: 30 },
    { idleMs: 3_600_000, more: 30 },
  ])("saves up no more than a second's worth in $idleMs ms", ({ idleMs, more }) => {
    let wall = 0;
    const limiter = rateLimiter(() => wall);
    const takeAll = () => Array.from({ length: 100 }, () => limiter.take("key", 30)).filter(Boolean).length;
    expect(takeAll()).toBe(30);
    wall += idleMs;
    expect(takeAll()).toBe(more);
  });

  it("never lets more through than a second's worth and what came back since", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 1, max: 20 })), { maxLength: 40 }),
        (perSecond, steps) => {
          let wall = 0;
          const limiter = rateLimiter(() => wall);
          let taken = 0;
          for (const [passed, wanted] of steps) {
            wall += passed;
            for (let index = 0; index < wanted; index++) if (limiter.take("key", perSecond)) taken++;
            expect(taken).toBeLessThanOrEqual(perSecond + (wall / 1000) * perSecond + 1e-6);
          }
        },
      ),
    );
  });
});
