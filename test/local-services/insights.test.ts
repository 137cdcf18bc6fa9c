import {
  FilterLogEventsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
  type StartQueryCommandInput,
  StopQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import { truthOf } from "../../local/truth.ts";
import { ledgerAws } from "./ledger-clients.ts";
import { ACCOUNT, REGION, refusalOf, START } from "./local-aws.ts";

const HOUR = 3_600_000;
const seconds = (at: number): number => Math.floor(at / 1000);
const GROUP = "/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/tool-Abcdefgh12";
const fleet = {
  places: [
    {
      region: REGION,
      systemUsageLogs: false,
      interpreters: [
        { name: "tool", id: "tool-Abcdefgh12" },
        { name: "locked", usageLogs: { logGroup: "/locked", state: "unreadable" as const } },
        { name: "brief", usageLogs: { logGroup: "/brief", retentionDays: 1 as const } },
      ],
      sessions: [
        { interpreter: "tool", profile: "bursty" as const, count: 3, createdSeconds: -5 * 3600, timeoutSeconds: 300 },
        {
          interpreter: "brief",
          profile: "steady" as const,
          count: 1,
          createdSeconds: -26 * 3600,
          timeoutSeconds: 10_800,
        },
      ],
    },
  ],
};
const aws = await ledgerAws(fleet);
const logs = aws.logs();

const start = (queryString: string, rest: Partial<StartQueryCommandInput> = {}) =>
  logs.send(
    new StartQueryCommand({
      ...(rest.logGroupIdentifiers === undefined && rest.logGroupNames === undefined ? { logGroupName: GROUP } : {}),
      startTime: seconds(START - 24 * HOUR),
      endTime: seconds(START),
      queryString,
      ...rest,
    }),
  );

/** The rows of a query, once it is complete. */
async function rowsOf(queryString: string, rest: Partial<StartQueryCommandInput> = {}, client = logs) {
  const { queryId } = await start(queryString, rest);
  for (;;) {
    const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
    if (status === "Complete")
      return results.map((row) => Object.fromEntries(row.map(({ field, value }) => [field, value])));
  }
}

const vcpu = "metrics.codeInterpreter.vcpu.hours.used";
const memory = "metrics.codeInterpreter.memory.gb_hours.used";

describe("stats", () => {
  it("adds up what the records of each session say, by dotted names with backticks or without", async () => {
    const rows = await rowsOf(
      `filter ispresent(attributes.session.id) | stats count(*) as n, sum(${vcpu}) as v, sum(\`${memory}\`) as m by attributes.session.id as session | sort session`,
    );
    const truth = truthOf(aws.world).sessions.filter(({ interpreter }) => interpreter === "tool-Abcdefgh12");
    expect(rows.map((row) => row["session"])).toEqual(truth.map(({ session }) => session));
    for (const [index, { records, vcpuHours, gbHours }] of truth.entries()) {
      const row = rows[index] ?? {};
      // Some records are delivered twice, and sums on the server count them twice.
      expect(Number(row["n"])).toBeGreaterThanOrEqual(records ?? 0);
      expect(Number(row["n"])).toBeLessThan((records ?? 0) + 10);
      expect(Number(row["v"]) / Number(vcpuHours)).toBeCloseTo(1, 1);
      expect(Number(row["m"]) / Number(gbHours)).toBeCloseTo(1, 1);
    }
  });

  it("agrees with the same events read row by row", async () => {
    const { events = [] } = await logs.send(
      new FilterLogEventsCommand({ logGroupName: GROUP, startTime: START - 24 * HOUR, endTime: START }),
    );
    const [row = {}] = await rowsOf(
      `filter ispresent(${vcpu}) | stats count(*), sum(${vcpu}) as v, min(@timestamp) as first, max(attributes.time_elapsed_seconds) as longest, avg(1 + 1) as two`,
    );
    const records = events.flatMap(({ message = "" }) => (message.startsWith("{") ? [JSON.parse(message)] : []));
    const sum = records.reduce((total: number, each) => total + each.metrics["codeInterpreter.vcpu.hours.used"], 0);
    expect(row["count(*)"]).toBe(String(records.length));
    expect(Number(row["v"])).toBeCloseTo(sum, 10);
    expect([row["longest"], row["two"]]).toEqual(["1", "2"]);
    const first = Math.min(...records.map((each) => each.event_timestamp));
    expect(row["first"]).toBe(new Date(first).toISOString().replace("T", " ").replace("Z", ""));
  });

  it("groups by the hour, and can add up its own rows", async () => {
    const rows = await rowsOf(
      `filter @message like /session/ | stats count(*) as n by bin(1h), attributes.session.id | sort bin(1h)`,
    );
    for (const row of rows) expect(row["bin(1h)"]).toMatch(/^2026-11-20 0[67]:00:00\.000$/);
    const [total = {}] = await rowsOf(
      "filter @message like /session/ | stats count(*) as n by attributes.session.id | stats sum(n) as all, count(*) as sessions",
    );
    expect(Number(total["all"])).toBe(rows.reduce((sum, row) => sum + Number(row["n"]), 0));
    expect(total["sessions"]).toBe("3");
  });

  it("loses digits where numbers are rounded as in the console", async () => {
    const rounded = await ledgerAws(fleet, { unknowns: { insightsNumbers: "rounded" } });
    const { queryId } = await rounded.logs().send(
      new StartQueryCommand({
        logGroupName: GROUP,
        startTime: 0,
        endTime: seconds(START),
        queryString: `stats sum(${vcpu}) as v`,
      }),
    );
    rounded.advance(5000);
    const { results = [] } = await rounded.logs().send(new GetQueryResultsCommand({ queryId }));
    expect(results[0]?.[0]?.value).toMatch(/^0\.\d{1,4}$/);
  });
});

describe("events", () => {
  it("come newest first with a pointer, those asked for and no more", async () => {
    const rows = await rowsOf(
      `fields @timestamp, attributes.session.id as session, ${vcpu} * 3600 as seconds | limit 5`,
    );
    expect(rows).toHaveLength(5);
    expect(Object.keys(rows[0] ?? {})).toEqual(["@timestamp", "session", "seconds", "@ptr"]);
    const times = rows.map((row) => row["@timestamp"]);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it("are filtered by time, lists and texts", async () => {
    const [one = {}] = await rowsOf("filter ispresent(attributes.session.id) | sort @timestamp asc | limit 1");
    const session: string = JSON.parse(one["@message"] ?? "").attributes["session.id"];
    const count = async (condition: string) => {
      const [row = {}] = await rowsOf(`filter ${condition} | stats count(*) as n`);
      return Number(row["n"] ?? 0);
    };
    const ofSession = await count(`attributes.session.id = "${session}"`);
    expect(ofSession).toBeGreaterThan(290);
    expect(await count(`attributes.session.id in ["${session}", 'x']`)).toBe(ofSession);
    expect(await count(`@message like "${session}" and not (${vcpu} < 0)`)).toBe(ofSession);
    expect(await count(`attributes.session.id != "${session}"`)).toBeGreaterThan(580);
    expect(await count(`@timestamp < ${START - 24 * HOUR}`)).toBe(0);
  });
});

describe("a query", () => {
  it("is scheduled, runs with a part of its rows, and completes", async () => {
    const { queryId } = await start("stats count(*) by attributes.session.id");
    const looks = [];
    for (let look = 0; look < 3; look++) looks.push(await logs.send(new GetQueryResultsCommand({ queryId })));
    expect(looks.map(({ status, results }) => [status, results?.length])).toEqual([
      ["Scheduled", 0],
      ["Running", 1],
      ["Complete", 3],
    ]);
    expect(looks[2]?.statistics).toMatchObject({
      logGroupsScanned: 1,
      recordsMatched: looks[2]?.statistics?.recordsScanned,
    });
    expect(looks[2]?.statistics?.bytesScanned).toBeGreaterThan(500_000);
    const stopped = await refusalOf(logs.send(new StopQueryCommand({ queryId })));
    expect(stopped).toMatchObject({ name: "InvalidParameterException" });
  });

  it("can be stopped, and thirty run at once at the most", async () => {
    const running = [];
    for (let index = 0; index < 30; index++) running.push(await start("limit 1"));
    expect(await refusalOf(start("limit 1"))).toMatchObject({ name: "LimitExceededException", status: 400 });
    const { queryId } = running[0] ?? {};
    expect(await logs.send(new StopQueryCommand({ queryId }))).toMatchObject({ success: true });
    expect((await logs.send(new GetQueryResultsCommand({ queryId }))).status).toBe("Cancelled");
    await start("limit 1");
    aws.advance(5000);
    await start("limit 1");
  });

  it("of results in pages gives each row once", async () => {
    const { queryId } = await start("fields @timestamp | limit 25");
    aws.advance(5000);
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await logs.send(new GetQueryResultsCommand({ queryId, maxItems: 10, nextToken }));
      found.push(...(page.results ?? []).map((row) => row.at(-1)?.value ?? ""));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(new Set(found).size).toBe(25);
  });

  it.each([
    "",
    "stats total(x)",
    "stats sum(foo-)",
    "filter",
    "filter a = ",
    "fields a |",
    "parse @message '*' as x",
    "stats count(*) by bin(1x)",
    "limit 10001",
    "limit 0",
    "sort a | stats count(*)",
    "stats count(*) | stats count(*) | stats count(*)",
    "filter a like b",
    "filter a like /(/",
    "fields `a",
    "fields median(a)",
  ])("of %j is malformed", async (query) => {
    expect(await refusalOf(start(query))).toMatchObject({ name: "MalformedQueryException", status: 400 });
  });

  it.each([
    ["of no group that exists", { logGroupNames: ["/nowhere"] }, "ResourceNotFoundException"],
    ["of a group that may not be read", { logGroupNames: ["/locked"] }, "AccessDeniedException"],
    [
      "of another account's group",
      { logGroupIdentifiers: ["arn:aws:logs:us-east-1:999988887777:log-group:/x"] },
      "ResourceNotFoundException",
    ],
    ["of groups named twice", { logGroupNames: [GROUP], logGroupIdentifiers: [GROUP] }, "InvalidParameterException"],
    ["of 51 groups", { logGroupNames: Array.from({ length: 51 }, () => GROUP) }, "InvalidParameterException"],
    ["that ends before it starts", { startTime: 20, endTime: 10 }, "InvalidParameterException"],
    ["of a time before the group", { startTime: 0, endTime: 1 }, "MalformedQueryException"],
    ["in another language", { queryLanguage: "SQL" as const }, "MalformedQueryException"],
  ])("%s is refused", async (_, input, name) => {
    expect(await refusalOf(start("limit 1", input))).toMatchObject({ name });
  });
});

describe("retention", () => {
  it("takes events away a day after their time", async () => {
    const now = aws.world.clock.now();
    const { events = [] } = await aws
      .logs(ACCOUNT)
      .send(new FilterLogEventsCommand({ logGroupName: "/brief", startTime: START - 30 * HOUR, endTime: START }));
    expect(events.length).toBeGreaterThan(1000);
    expect(events[0]?.timestamp).toBeGreaterThanOrEqual(now - 24 * HOUR);
    const [{ first = "" } = {}] = await rowsOf("stats min(@timestamp) as first", { logGroupNames: ["/brief"] });
    expect(Date.parse(`${first}Z`)).toBeGreaterThanOrEqual(now - 24 * HOUR);
  });
});
