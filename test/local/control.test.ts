import { request } from "node:http";
import {
  ListCodeInterpreterSessionsCommand,
  StartCodeInterpreterSessionCommand,
} from "@aws-sdk/client-bedrock-agentcore";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Emulated, emulated, putSession, startAt, system } from "./world-fixture.ts";

let aws: Emulated;

beforeEach(async () => {
  aws = await emulated();
});
afterEach(() => aws.close());

const nowOf = (body: Record<string, unknown>): number => Date.parse(String(body["now"])) - startAt;

describe("the clock", () => {
  it("jumps forward by what was asked", async () => {
    expect(nowOf((await aws.local("GET", "clock")).body)).toBe(0);
    expect(nowOf((await aws.local("POST", "advance", { seconds: 1.5 })).body)).toBe(1500);
    expect(nowOf((await aws.local("GET", "clock")).body)).toBe(1500);
  });

  it.each([
    { seconds: 0, status: 200 },
    { seconds: -1, status: 400 },
    { seconds: 366 * 86_400, status: 200 },
    { seconds: 366 * 86_400 + 1, status: 400 },
    { seconds: "60", status: 400 },
    { seconds: undefined, status: 400 },
  ])("answers $status to an advance of $seconds s", async ({ seconds, status }) => {
    const answer = await aws.local("POST", "advance", { seconds });
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body["message"]).toContain("seconds must be a number");
  });
});

describe("truth", () => {
  it("tells each session's life, whoever started it", async () => {
    const started = await aws
      .sessions()
      .send(new StartCodeInterpreterSessionCommand({ codeInterpreterIdentifier: system, name: "mine" }));
    aws.advance(900);
    const { body } = await aws.local("GET", "truth");
    expect(nowOf(body)).toBe(900_000);
    expect(body["sessions"]).toMatchObject([
      {
        account: "111122223333",
        region: "us-east-1",
        interpreter: system,
        session: started.sessionId,
        name: "mine",
        status: "TERMINATED",
        endedBy: "timeout",
        ratedUsd: expect.stringMatching(/^0\.\d+$/),
      },
    ]);
  });

  it("can be of one status, and without cost", async () => {
    putSession(aws.place, { id: "live" });
    putSession(aws.place, { id: "ended", createdAt: startAt - 1_000_000 });
    const ready = await aws.local("GET", "truth?status=READY&cost=false");
    expect(ready.body["sessions"]).toMatchObject([{ session: "live", ratedUsd: null }]);
    expect((await aws.local("GET", "truth?status=ACTIVE")).status).toBe(400);
    expect((await aws.local("GET", "truth?cost=maybe")).status).toBe(400);
  });

  it("can say when each session worked, of all time or of a window", async () => {
    const session = putSession(aws.place, { id: "worker" });
    session.calls.push({ operation: "InvokeCodeInterpreter", startAt: startAt + 10_000, endAt: startAt + 20_000 });
    aws.advance(60);
    const at = (seconds: number): string => new Date(startAt + seconds * 1000).toISOString();
    const worked = async (query: string) => (await aws.local("GET", `truth?cost=false&${query}`)).body["sessions"];
    const spans = [
      { from: at(10), until: at(20), cause: "call" },
      { from: at(10), until: at(20), cause: "cpu" },
    ];
    expect(await worked("activity=true")).toMatchObject([{ work: { profile: "client", spans, stoppedBy: null } }]);
    expect(await worked(`activity=true&from=${at(20)}&until=${at(60)}`)).toMatchObject([{ work: { spans: [] } }]);
    expect(await worked(`activity=true&from=${at(19)}`)).toMatchObject([{ work: { spans } }]);
    expect(await worked("activity=false")).toEqual([expect.not.objectContaining({ work: expect.anything() })]);
  });

  it.each([
    "activity=maybe",
    "from=2026-10-01T12:00:00Z",
    "activity=true&from=noon",
    "activity=true&from=2027-01-01&until=2026-01-01",
  ])("is refused for %s", async (query) => {
    expect((await aws.local("GET", `truth?${query}`)).status).toBe(400);
  });
});

describe("calls", () => {
  it("are listed and counted by operation, account and Region, and start anew after DELETE", async () => {
    const list = new ListCodeInterpreterSessionsCommand({ codeInterpreterIdentifier: system });
    await aws.sessions().send(list);
    await aws.sessions({ region: "eu-west-1" }).send(list);
    const { body } = await aws.local("GET", "calls?limit=1");
    expect(body["total"]).toBe(2);
    expect(body["counts"]).toMatchObject([
      { region: "eu-west-1", operation: "ListCodeInterpreterSessions", attempts: 1, ok: 1 },
      { region: "us-east-1", operation: "ListCodeInterpreterSessions", attempts: 1, ok: 1 },
    ]);
    expect(body["calls"]).toMatchObject([{ region: "eu-west-1", outcome: "ok", status: 200, error: null }]);
    await aws.local("DELETE", "calls");
    expect((await aws.local("GET", "calls")).body).toEqual({ total: 0, counts: [], calls: [] });
    expect((await aws.local("GET", "calls?limit=-1")).status).toBe(400);
  });

  it("count what came without a signature or for no operation, too", async () => {
    await fetch(`${aws.url}/code-interpreters`, { method: "POST" });
    expect((await aws.local("GET", "calls")).body["counts"]).toMatchObject([
      { account: null, region: null, operation: "unknown", attempts: 1, refused: 1 },
    ]);
  });
});

describe("the body of a fault request", () => {
  it.each([
    { body: "nothing", problem: "the body must be a JSON object" },
    { body: "[]", problem: "the body must be a JSON object" },
    { body: {}, problem: "faults must be a list" },
    { body: { faults: [1] }, problem: "faults[0] must be a JSON object" },
    { body: { faults: [{}] }, problem: "faults[0].kind is missing: one of throttle, error" },
    { body: { faults: [{ kind: "bang" }] }, problem: "faults[0].kind must be one of throttle, error" },
    { body: { faults: [{ kind: "slow", wrong: 1 }] }, problem: "faults[0].wrong is not known (known: kind," },
    { body: { faults: [{ kind: "slow", delayMs: -1 }] }, problem: "faults[0].delayMs must be a whole number" },
    { body: { faults: [{ kind: "slow", probability: 1.1 }] }, problem: "faults[0].probability must be a number" },
    { body: { faults: [{ kind: "slow", times: 0 }] }, problem: "faults[0].times must be a whole number from 1" },
    { body: { faults: [{ kind: "slow", everyNth: 1.5 }] }, problem: "faults[0].everyNth must be a whole number" },
    { body: { faults: [{ kind: "error", status: 404 }] }, problem: "faults[0].status must be a whole number from 500" },
    {
      body: { faults: [{ kind: "slow", account: "1" }] },
      problem: "faults[0].account must be an account of 12 digits",
    },
    { body: { faults: [{ kind: "slow", operation: "" }] }, problem: "faults[0].operation must be an operation's name" },
    {
      body: { faults: [{ kind: "empty-page", operation: "GetCodeInterpreter" }] },
      problem: "faults[0]: empty-page would never show in an answer of GetCodeInterpreter",
    },
    {
      body: { faults: [{ kind: "partial-put-events", operation: "PutMetricData" }] },
      problem: "partial-put-events would never show",
    },
    { body: { faults: [{ kind: "slow", operation: "X" }] }, problem: 'faults[0].operation "X" is not known' },
  ])("is refused: $problem", async ({ body, problem }) => {
    const answer = await aws.local("POST", "faults", body);
    expect(answer.status).toBe(400);
    expect(answer.body["message"]).toContain(problem);
    expect((await aws.local("GET", "faults")).body["faults"]).toEqual([]);
  });

  it("is refused whole, with every problem at once", async () => {
    const answer = await aws.local("POST", "faults", { faults: [{ kind: "slow" }, { kind: "x", times: 0 }] });
    expect(answer.body["problems"]).toHaveLength(2);
    expect((await aws.local("GET", "faults")).body["faults"]).toEqual([]);
  });
});

describe("the interface itself", () => {
  it("lists what it offers, also for a path that it does not know", async () => {
    const index = await aws.local("GET", "");
    expect(index.status).toBe(200);
    expect(Object.keys(index.body["interface"] as object)).toContain("GET /_local/truth");
    const unknown = await aws.local("GET", "nothing");
    expect(unknown.status).toBe(404);
    expect(unknown.body["interface"]).toEqual(index.body["interface"]);
  });

  const statusWith = (headers: Record<string, string>): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      request(`${aws.url}/_local/clock`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });

  it.each([
    { headers: { host: "localhost:80" }, status: 200 },
    { headers: { host: "s3.localhost:80" }, status: 200 },
    { headers: { host: "127.0.0.1" }, status: 200 },
    { headers: { host: "[::1]:80" }, status: 200 },
    { headers: { host: "evil.example" }, status: 403 },
    { headers: { host: "localhost.evil.example" }, status: 403 },
    { headers: { host: "127.0.0.1.evil.example" }, status: 403 },
    { headers: { origin: "http://localhost:3000" }, status: 200 },
    { headers: { origin: "https://evil.example" }, status: 403 },
    { headers: { origin: "null" }, status: 403 },
  ])("answers $status with $headers", async ({ headers, status }) => {
    expect(await statusWith(headers as unknown as Record<string, string>)).toBe(status);
  });
});
