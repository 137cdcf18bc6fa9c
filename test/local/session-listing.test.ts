import { ListCodeInterpreterSessionsCommand } from "@aws-sdk/client-bedrock-agentcore";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Emulated, emulated, failureOf, putSession, startAt, system } from "./world-fixture.ts";

const day = 86_400_000;
let aws: Emulated;
let client: ReturnType<Emulated["sessions"]>;

beforeAll(async () => {
  aws = await emulated();
  client = aws.sessions();
});
afterAll(() => aws.close());
beforeEach(() => aws.place.sessions.clear());

interface Listing {
  readonly status?: "READY" | "TERMINATED";
  readonly maxResults?: number;
  readonly codeInterpreterIdentifier?: string;
}

const page = (listing: Listing, nextToken?: string) =>
  client.send(
    new ListCodeInterpreterSessionsCommand({
      codeInterpreterIdentifier: system,
      ...listing,
      ...(nextToken === undefined ? {} : { nextToken }),
    }),
  );

async function allPages(listing: Listing, between: () => void = () => undefined): Promise<string[][]> {
  const pages: string[][] = [];
  let token: string | undefined;
  do {
    const answer = await page(listing, token);
    pages.push((answer.items ?? []).map((item) => item.sessionId ?? ""));
    token = answer.nextToken;
    between();
  } while (token !== undefined);
  return pages;
}

const fill = (count: number, label = "S"): string[] =>
  Array.from({ length: count }, (_, index) => putSession(aws.place, { id: `${label}${index}` }).id);

describe("paging", () => {
  it.each([
    { maxResults: 10, pages: 100 },
    { maxResults: 100, pages: 10 },
    { maxResults: undefined, pages: 100 },
  ])("gives 1000 sessions once each at page size $maxResults", async ({ maxResults, pages }) => {
    const ids = fill(1000);
    const got = await allPages(maxResults === undefined ? {} : { maxResults });
    expect(got).toHaveLength(pages);
    expect(got.flat().toSorted()).toEqual(ids.toSorted());
  });

  it.each([
    { sessions: 0, pages: [0] },
    { sessions: 9, pages: [9] },
    { sessions: 10, pages: [10] },
    { sessions: 11, pages: [10, 1] },
  ])("puts $sessions sessions on pages of $pages", async ({ sessions, pages }) => {
    fill(sessions);
    expect((await allPages({})).map((items) => items.length)).toEqual(pages);
  });

  it("loses and doubles nothing while sessions are born and end between the pages", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 25 }), async (count, maxResults) => {
        aws.place.sessions.clear();
        // From a new moment on, as the sessions of the last round would have ended in it.
        const now = aws.world.clock.now();
        const ids = Array.from({ length: count }, (_, index) => `A${index}`);
        for (const id of ids) putSession(aws.place, { id, createdAt: now });
        let step = 0;
        const got = await allPages({ status: "READY", maxResults }, () => {
          aws.advance(1);
          const ending = aws.place.sessions.get(system)?.get(`A${(step * 7) % count}`);
          if (ending !== undefined) ending.stoppedAt = aws.world.clock.now();
          putSession(aws.place, { id: `B${step++}`, createdAt: aws.world.clock.now() });
        });
        expect(got.flat().toSorted()).toEqual(ids.toSorted());
      }),
      { numRuns: 15 },
    );
  });

  it("promises no order: neither that of creation, nor the same one at another moment", async () => {
    const ids = fill(40);
    const first = (await allPages({})).flat();
    aws.advance(1);
    const second = (await allPages({})).flat();
    expect(first).not.toEqual(ids);
    expect(second).not.toEqual(first);
  });

  it("refuses a token of another listing, a changed one, and one that expired", async () => {
    fill(30);
    const { nextToken = "" } = await page({});
    const refused = {
      name: "ValidationException",
      status: 400,
      reason: "FieldValidationFailed",
      fields: ["nextToken"],
    };
    expect(await failureOf(page({ status: "READY" }, nextToken))).toMatchObject(refused);
    expect(await failureOf(page({}, `${nextToken.slice(0, -1)}!`))).toMatchObject(refused);
    expect(await failureOf(page({}, "abc"))).toMatchObject(refused);
    aws.advanceWall(3_600_000);
    expect((await page({}, nextToken)).items).toHaveLength(10);
    aws.advanceWall(1);
    expect(await failureOf(page({}, nextToken))).toMatchObject(refused);
  });
});

describe("statuses", () => {
  it.each([
    { at: 899, status: "READY" },
    { at: 900, status: "TERMINATED" },
    { at: 901, status: "TERMINATED" },
  ])("is $status $at s into a timeout of 900 s", async ({ at, status }) => {
    putSession(aws.place, { id: "S", createdAt: aws.world.clock.now() - at * 1000, timeoutSeconds: 900 });
    const { items = [] } = await page({});
    expect(items.map((item) => item.status)).toEqual([status]);
    expect((await page({ status: "READY" })).items).toHaveLength(status === "READY" ? 1 : 0);
    expect((await page({ status: "TERMINATED" })).items).toHaveLength(status === "READY" ? 0 : 1);
  });

  it.each([
    { past: 30 * day - 1, listed: 1 },
    { past: 30 * day, listed: 1 },
    { past: 30 * day + 1, listed: 0 },
  ])("keeps an ended session listed for 30 days ($past ms after its end)", async ({ past, listed }) => {
    putSession(aws.place, { id: "S", createdAt: aws.world.clock.now() - past - 60_000, timeoutSeconds: 60 });
    expect((await page({})).items).toHaveLength(listed);
  });

  it("does not show a session before it is born", async () => {
    putSession(aws.place, { id: "S", createdAt: aws.world.clock.now() + 1000 });
    expect((await page({})).items).toEqual([]);
    aws.advance(1);
    expect((await page({})).items).toHaveLength(1);
  });
});

describe("items", () => {
  it("carries what the model lists, to the millisecond", async () => {
    putSession(aws.place, { id: "S", name: "a name", createdAt: startAt + 123, timeoutSeconds: 28_800 });
    aws.advance(1);
    expect((await page({})).items).toEqual([
      {
        codeInterpreterIdentifier: system,
        sessionId: "S",
        name: "a name",
        status: "READY",
        createdAt: new Date(startAt + 123),
        lastUpdatedAt: new Date(startAt + 123),
      },
    ]);
  });

  it("holds other sessions in another Region and in another account", async () => {
    fill(3);
    const other = async (where: { region?: string; account?: string }) =>
      (await aws.sessions(where).send(new ListCodeInterpreterSessionsCommand({ codeInterpreterIdentifier: system })))
        .items;
    expect(await other({})).toHaveLength(3);
    expect(await other({ region: "eu-west-1" })).toEqual([]);
    expect(await other({ account: "999988887777" })).toEqual([]);
  });

  it("answers 404 for an interpreter that does not exist", async () => {
    expect(await failureOf(page({ codeInterpreterIdentifier: "none-ABCDEFGHIJ" }))).toMatchObject({
      name: "ResourceNotFoundException",
      status: 404,
    });
  });
});

describe("lastUpdatedAt, which AWS does not explain", () => {
  it.each([
    { lastUpdatedAt: "created" as const, seconds: 0 },
    { lastUpdatedAt: "invocation" as const, seconds: 300 },
  ])("can be that of $lastUpdatedAt", async ({ lastUpdatedAt, seconds }) => {
    const other = await emulated({ unknowns: { lastUpdatedAt } });
    const called = {
      operation: "InvokeCodeInterpreter" as const,
      startAt: startAt + 300_000,
      endAt: startAt + 301_000,
    };
    putSession(other.place, { id: "S", timeoutSeconds: 3600, calls: [called] });
    other.advance(600);
    const { items } = await other
      .sessions()
      .send(new ListCodeInterpreterSessionsCommand({ codeInterpreterIdentifier: system }));
    expect(items?.[0]?.lastUpdatedAt).toEqual(new Date(startAt + seconds * 1000));
    await other.close();
  });
});
