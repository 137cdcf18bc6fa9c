import {
  DescribeLogGroupsCommand,
  type DescribeLogGroupsCommandInput,
  type FilteredLogEvent,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import { ACCOUNT, REGION, refusalOf, START, testAws } from "./local-aws.ts";

const HOUR = 3_600_000;
const PREFIX = "/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/";
const GROUP = `${PREFIX}tool-Abcdefgh12`;

const aws = await testAws({
  places: [
    {
      region: REGION,
      systemUsageLogs: false,
      interpreters: [
        { name: "tool", id: "tool-Abcdefgh12" },
        { name: "quiet", usageLogs: false },
        { name: "later", createdSeconds: 40 * 86_400 },
        ...Array.from({ length: 50 }, (_, n) => ({ name: `many${n}` })),
      ],
      sessions: [
        { interpreter: "tool", profile: "steady", count: 2, createdSeconds: -3 * 3600, timeoutSeconds: 1800 },
        { interpreter: "tool", profile: "hot-loop", count: 1, createdSeconds: -600, timeoutSeconds: 3600 },
      ],
    },
  ],
});

const filter = (input: FilterLogEventsCommandInput) =>
  aws.logs.send(new FilterLogEventsCommand({ logGroupName: GROUP, ...input }));

async function walk(input: FilterLogEventsCommandInput) {
  const pages: FilteredLogEvent[][] = [];
  let nextToken: string | undefined;
  do {
    const page = await filter({ ...input, nextToken });
    pages.push(page.events ?? []);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return { pages, events: pages.flat() };
}

const span = { startTime: START - 4 * HOUR, endTime: START };

describe("FilterLogEvents", () => {
  it("gives each delivered record once over all pages, by time within a page", async () => {
    const { pages, events } = await walk(span);
    expect(pages.length).toBeGreaterThan(1);
    expect(new Set(events.map((event) => event.eventId)).size).toBe(events.length);
    // Two sessions of 1800 s, with their boot, their extra records and their doubles.
    expect(events.length).toBeGreaterThan(3600);
    expect(events.length).toBeLessThan(3800);
    for (const page of pages) {
      const times = page.map((event) => event.timestamp ?? 0);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  it("holds back what is not delivered yet, and gives it once it is", async () => {
    const recent = { startTime: START - 240_000, endTime: START - 1 };
    const before = (await walk(recent)).events;
    for (const event of (await walk(span)).events) expect(event.ingestionTime).toBeLessThanOrEqual(START);
    aws.clock.advance(HOUR);
    const after = (await walk(recent)).events;
    expect(before).toEqual([]);
    expect(after.length).toBeGreaterThan(220);
    expect(JSON.parse(after[0]?.message ?? "")).toMatchObject({
      attributes: { "account.id": ACCOUNT, region: REGION },
    });
  });

  it("makes no page of more than a megabyte, and fills it well", async () => {
    const { pages } = await walk(span);
    const sizes = pages.map((page) => page.reduce((sum, event) => sum + Buffer.byteLength(event.message ?? ""), 0));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_048_576);
    expect(Math.max(...sizes)).toBeGreaterThan(1_040_000);
  });

  it.each([1, 9, 10, 11])("gives no more than %d events where so many are asked for", async (limit) => {
    const first = await filter({ ...span, limit });
    expect(first.events).toHaveLength(limit);
    const second = await filter({ ...span, limit, nextToken: first.nextToken });
    const ids = [...(first.events ?? []), ...(second.events ?? [])].map((event) => event.eventId);
    expect(new Set(ids).size).toBe(2 * limit);
  });

  it("includes both the start and the end of the time asked for", async () => {
    const { events } = await walk(span);
    const at = events[100]?.timestamp ?? 0;
    const same = (await walk({ startTime: at, endTime: at })).events.map((event) => event.timestamp);
    expect(same.length).toBeGreaterThan(0);
    expect(new Set(same)).toEqual(new Set([at]));
  });

  it("answers an empty page with a token on the way to a far record", async () => {
    const { pages, events } = await walk({ startTime: START - 4 * 24 * HOUR, endTime: START });
    expect(pages[0]).toEqual([]);
    expect(events.length).toBe((await walk(span)).events.length);
  });

  it.each([7, 100, 999])("gives the same events in pages of %d, with an empty page before each", async (limit) => {
    const short = { startTime: START - 2.6 * HOUR, endTime: START - 2.5 * HOUR };
    const whole = (await walk(short)).events.map((event) => event.eventId);
    const body = JSON.stringify({ faults: [{ kind: "empty-page", operation: "FilterLogEvents" }] });
    await fetch(`${aws.url}/_local/faults`, { method: "POST", body });
    const { events, pages } = await walk({ ...short, limit });
    await fetch(`${aws.url}/_local/faults`, { method: "DELETE" });
    expect(whole.length).toBeGreaterThan(700);
    expect(events.map((event) => event.eventId)).toEqual(whole);
    expect(pages[0]).toEqual([]);
  });

  it("ends with no token and no events where there is nothing", async () => {
    expect(await filter({ startTime: START - 5 * HOUR, endTime: START - 4 * HOUR })).toMatchObject({
      events: [],
      searchedLogStreams: [],
    });
  });

  it("has the line that is no JSON from when the delivery was made", async () => {
    const { events } = await walk({ startTime: 0, endTime: START - 24 * HOUR });
    expect(events).toHaveLength(1);
    expect(events[0]?.message).toMatch(/^Permissions are set correctly/);
  });

  it("filters by words and phrases", async () => {
    const all = (await walk(span)).events;
    const session = JSON.parse(all[10]?.message ?? "{}").attributes["session.id"];
    const found = (await walk({ ...span, filterPattern: `${session} "time_elapsed_seconds"` })).events;
    expect(found.length).toBeGreaterThan(1700);
    expect(found.every((event) => event.message?.includes(session))).toBe(true);
    expect((await walk({ ...span, filterPattern: '"no such phrase"' })).events).toEqual([]);
    expect((await walk({ ...span, filterPattern: "" })).events).toHaveLength(all.length);
  });

  it("knows the streams", async () => {
    const stream = (await filter(span)).events?.[0]?.logStreamName ?? "";
    expect((await filter({ ...span, logStreamNames: [stream], limit: 1 })).events).toHaveLength(1);
    expect((await filter({ ...span, logStreamNamePrefix: stream.slice(0, 5), limit: 1 })).events).toHaveLength(1);
    expect((await walk({ ...span, logStreamNames: ["other"] })).events).toEqual([]);
  });

  it("finds a group by its name or ARN as identifier", async () => {
    for (const logGroupIdentifier of [GROUP, `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}`]) {
      const page = await filter({ ...span, logGroupName: undefined, logGroupIdentifier, limit: 1 });
      expect(page.events).toHaveLength(1);
    }
  });

  it.each<[string, FilterLogEventsCommandInput, string]>([
    ["a group that does not exist", { logGroupName: `${PREFIX}nobody` }, "ResourceNotFoundException"],
    [
      "a group of an interpreter without logs",
      { logGroupName: `${PREFIX}aws.codeinterpreter.v1` },
      "ResourceNotFoundException",
    ],
    [
      "another account's group",
      { logGroupName: undefined, logGroupIdentifier: `arn:aws:logs:${REGION}:444455556666:log-group:${GROUP}` },
      "ResourceNotFoundException",
    ],
    ["no group", { logGroupName: undefined }, "InvalidParameterException"],
    ["a group by name and by identifier", { logGroupIdentifier: GROUP }, "InvalidParameterException"],
    ["streams by name and by prefix", { logStreamNames: ["a"], logStreamNamePrefix: "a" }, "InvalidParameterException"],
    ["a JSON pattern", { filterPattern: "{ $.x = 1 }" }, "InvalidParameterException"],
    ["an excluding pattern", { filterPattern: "-word" }, "InvalidParameterException"],
    ["a limit of 0", { limit: 0 }, "InvalidParameterException"],
    ["a limit of 10 001", { limit: 10_001 }, "InvalidParameterException"],
    ["a made-up token", { nextToken: "made-up" }, "InvalidParameterException"],
    ["a start after the end", { startTime: 2, endTime: 1 }, "InvalidParameterException"],
    ["an order from the newest on", { startFromHead: false }, "InvalidParameterException"],
    ["a name with a space", { logGroupName: "a b" }, "InvalidParameterException"],
  ])("refuses %s", async (_, input, name) => {
    expect(await refusalOf(filter(input))).toMatchObject({ name, status: 400 });
  });

  it("refuses a token of another request, and one that is older than a day", async () => {
    const { nextToken } = await filter({ ...span, limit: 1 });
    expect(await refusalOf(filter({ ...span, limit: 2, nextToken }))).toMatchObject({
      name: "InvalidParameterException",
    });
    aws.clock.advance(24 * HOUR);
    await expect(filter({ ...span, limit: 1, nextToken })).resolves.toBeDefined();
    aws.clock.advance(1);
    expect(await refusalOf(filter({ ...span, limit: 1, nextToken }))).toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("DescribeLogGroups", () => {
  const groups = (input: DescribeLogGroupsCommandInput = {}) => aws.logs.send(new DescribeLogGroupsCommand(input));
  const namesOf = async (input: DescribeLogGroupsCommandInput) =>
    (await groups(input)).logGroups?.map((group) => group.logGroupName);

  it("shows a group for each interpreter with usage logs, by name", async () => {
    expect((await groups({ logGroupNamePrefix: GROUP })).logGroups).toMatchObject([
      {
        logGroupName: GROUP,
        arn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}:*`,
        logGroupArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}`,
        logGroupClass: "STANDARD",
      },
    ]);
    expect(await namesOf({ logGroupNamePrefix: `${PREFIX}quiet` })).toEqual([]);
    expect(await namesOf({ logGroupNamePattern: "Abcdefgh" })).toEqual([GROUP]);
    expect(await namesOf({ logGroupClass: "INFREQUENT_ACCESS" })).toEqual([]);
    expect(await namesOf({ logGroupIdentifiers: [GROUP] })).toEqual([GROUP]);
    expect(await namesOf({ logGroupIdentifiers: [`arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${GROUP}`] })).toEqual([
      GROUP,
    ]);
    expect(await namesOf({ accountIdentifiers: ["444455556666"] })).toEqual([]);
    expect(await namesOf({ accountIdentifiers: [ACCOUNT], logGroupNamePrefix: GROUP })).toEqual([GROUP]);
  });

  it("pages by 50, and goes on with the token", async () => {
    const first = await groups();
    expect(first.logGroups).toHaveLength(50);
    const second = await groups({ nextToken: first.nextToken });
    expect(second.logGroups?.map((group) => group.logGroupName)).toEqual([GROUP]);
    expect(second.nextToken).toBe(undefined);
    expect((await groups({ limit: 7 })).logGroups).toHaveLength(7);
  });

  it.each<[string, DescribeLogGroupsCommandInput]>([
    ["a prefix and a pattern", { logGroupNamePrefix: "a", logGroupNamePattern: "b" }],
    ["identifiers and a prefix", { logGroupNamePrefix: "a", logGroupIdentifiers: ["b"] }],
    ["a limit of 51", { limit: 51 }],
    ["a limit of 0", { limit: 0 }],
    ["a made-up token", { nextToken: "x" }],
  ])("refuses %s", async (_, input) => {
    expect(await refusalOf(groups(input))).toMatchObject({ name: "InvalidParameterException", status: 400 });
  });
});
