import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { FRESH_LAG_MS, LATE_LAG_MS, OLD_LAG_MS } from "../../local/services/cloudwatch/store.ts";
import { refusalOf, START, testAws } from "./local-aws.ts";

const aws = await testAws();
const MINUTE = 60_000;

const stat = (MetricName: string, Stat = "Sum", Period = 60, more: object = {}): MetricDataQuery => ({
  Id: "m",
  MetricStat: {
    Metric: { Namespace: "Sandmeter", MetricName, Dimensions: [{ Name: "Region", Value: "us-east-1" }] },
    Period,
    Stat,
    ...more,
  },
});

const get = (queries: readonly MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}) =>
  aws.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(START - 10 * MINUTE),
      EndTime: new Date(START),
      MetricDataQueries: [...queries],
      ...more,
    }),
  );

async function valuesOf(query: MetricDataQuery, more: Partial<GetMetricDataCommandInput> = {}) {
  const { MetricDataResults } = await get([query], { ScanBy: "TimestampAscending", ...more });
  return MetricDataResults?.[0]?.Values ?? [];
}

const put = (MetricName: string, at: number, Value: number, more: object = {}) => ({
  MetricName,
  Dimensions: [{ Name: "Region", Value: "us-east-1" }],
  Timestamp: new Date(at),
  Value,
  Unit: "Count" as const,
  ...more,
});

beforeAll(async () => {
  const five = [1, 2, 3, 4, 5];
  await aws.cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: "Sandmeter",
      MetricData: [
        ...five.map((n) => put("sessions", START - n * MINUTE, n)),
        ...five.map((n) => put("spread", START - MINUTE + n * 1000, n * 10)),
        ...five.map((n) => put("fine", START - MINUTE + n * 1000, n, { StorageResolution: 1 })),
        put("set", START - MINUTE, 0, {
          Value: undefined,
          StatisticValues: { SampleCount: 4, Sum: 10, Minimum: 1, Maximum: 4 },
        }),
        put("counted", START - MINUTE, 0, { Value: undefined, Values: [1, 5], Counts: [3, 1] }),
        put("units", START - MINUTE, 1, { Unit: "Seconds" }),
        put("units", START - MINUTE, 2),
        put("gap", START - 4 * MINUTE, 8),
        put("gap", START - 2 * MINUTE, 4),
      ],
    }),
  );
  aws.clock.advance(FRESH_LAG_MS);
});

describe("GetMetricData", () => {
  it("gives the newest point first, unless asked otherwise", async () => {
    const { MetricDataResults } = await get([stat("sessions")]);
    expect(MetricDataResults?.[0]).toMatchObject({
      Id: "m",
      Label: "sessions",
      StatusCode: "Complete",
      Values: [1, 2, 3, 4, 5],
    });
    expect(MetricDataResults?.[0]?.Timestamps?.[0]).toEqual(new Date(START - MINUTE));
    expect(await valuesOf(stat("sessions"))).toEqual([5, 4, 3, 2, 1]);
  });

  it.each([
    ["Sum", [150]],
    ["Average", [30]],
    ["Minimum", [10]],
    ["Maximum", [50]],
    ["SampleCount", [5]],
    ["p50", [30]],
    ["p90", [50]],
    ["p99", [50]],
    ["p0", [10]],
  ])("computes %s", async (name, values) => {
    expect(await valuesOf(stat("spread", name))).toEqual(values);
  });

  it("merges points into longer periods, and parts them by the second where they were put so", async () => {
    expect(await valuesOf(stat("sessions", "Sum", 300))).toEqual([15]);
    expect(await valuesOf(stat("fine", "Sum", 1))).toEqual([1, 2, 3, 4, 5]);
    expect(await valuesOf(stat("fine", "Sum", 60))).toEqual([15]);
  });

  it("takes statistic sets and counted values for what they are", async () => {
    expect(await valuesOf(stat("set", "Average"))).toEqual([2.5]);
    expect(await valuesOf(stat("set", "p50"))).toEqual([]);
    expect(await valuesOf(stat("counted", "Average"))).toEqual([2]);
    expect(await valuesOf(stat("counted", "p75"))).toEqual([1]);
    expect(await valuesOf(stat("counted", "p75.1"))).toEqual([5]);
  });

  it("keeps units apart", async () => {
    expect(await valuesOf(stat("units", "Sum", 60, { Unit: "Seconds" }))).toEqual([1]);
    expect(await valuesOf(stat("units", "Sum", 60, { Unit: "Percent" }))).toEqual([]);
  });

  it("includes the start and leaves out the end", async () => {
    const span = { StartTime: new Date(START - 3 * MINUTE), EndTime: new Date(START - MINUTE) };
    expect(await valuesOf(stat("sessions"), span)).toEqual([3, 2]);
  });

  it("has no point, rather than zero, where nothing was put or other dimensions are asked for", async () => {
    expect(await valuesOf(stat("nothing"))).toEqual([]);
    const other = stat("sessions");
    expect(
      await valuesOf({
        ...other,
        MetricStat: { ...other.MetricStat, Metric: { Namespace: "Sandmeter", MetricName: "sessions" } } as never,
      }),
    ).toEqual([]);
  });

  it.each([
    [999, [5, 4, 3, 2, 1]],
    [5, [5, 4, 3, 2, 1]],
    [4, [5, 4, 3, 2]],
    [1, [5]],
  ])("cuts at %d points, and goes on from there", async (limit, first) => {
    const asked = { MaxDatapoints: limit, ScanBy: "TimestampAscending" as const };
    const page = await get([stat("sessions")], asked);
    expect(page.MetricDataResults?.[0]?.Values).toEqual(first);
    expect(page.MetricDataResults?.[0]?.StatusCode).toBe(first.length < 5 ? "PartialData" : "Complete");
    expect(page.NextToken === undefined).toBe(first.length === 5);
    if (page.NextToken === undefined) return;
    const rest = await get([stat("sessions")], { ...asked, NextToken: page.NextToken });
    expect(rest.MetricDataResults?.[0]?.Values?.[0]).toBe(5 - limit);
  });

  it("loses and doubles nothing over all pages of several queries, however they are cut", async () => {
    const queries = ["sessions", "nothing", "spread", "gap"].map((name, n) => ({ ...stat(name), Id: `q${n}` }));
    const whole = { q0: [5, 4, 3, 2, 1], q1: [], q2: [150], q3: [8, 4] };
    const isAscending = fc.boolean();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 9 }), isAscending, async (limit, ascending) => {
        const seen: Record<string, number[]> = {};
        let token: string | undefined;
        do {
          const page = await get(queries, {
            MaxDatapoints: limit,
            ScanBy: ascending ? "TimestampAscending" : "TimestampDescending",
            NextToken: token,
          });
          const given = page.MetricDataResults?.flatMap((result) => result.Values ?? []) ?? [];
          expect(given.length).toBeLessThanOrEqual(limit);
          for (const { Id = "", Values = [] } of page.MetricDataResults ?? []) {
            seen[Id] = [...(seen[Id] ?? []), ...Values];
          }
          token = page.NextToken;
        } while (token !== undefined);
        const inOrder = (values: number[]) => (ascending ? values : values.toReversed());
        expect(seen).toEqual(Object.fromEntries(Object.entries(whole).map(([id, values]) => [id, inOrder(values)])));
      }),
      { numRuns: 25 },
    );
  });

  it("refuses a token that it did not give for this request", async () => {
    const { NextToken } = await get([stat("sessions")], { MaxDatapoints: 1 });
    expect(await refusalOf(get([stat("spread")], { MaxDatapoints: 1, NextToken }))).toMatchObject({
      name: "InvalidNextToken",
      status: 400,
    });
    expect(await refusalOf(get([stat("sessions")], { NextToken: "x" }))).toMatchObject({ name: "InvalidNextToken" });
  });
});

describe("Lags of CloudWatch", () => {
  it.each([
    ["fresh", 0, FRESH_LAG_MS],
    ["3 hours old", 3 * 3_600_000, LATE_LAG_MS],
    ["a day old", 24 * 3_600_000, OLD_LAG_MS],
  ])("shows data that is %s after its lag, not before", async (name, age, lag) => {
    const at = aws.clock.now() - age;
    const MetricName = `lag-${name.replaceAll(" ", "-")}`;
    await aws.cloudWatch.send(
      new PutMetricDataCommand({ Namespace: "Sandmeter", MetricData: [put(MetricName, at, 1)] }),
    );
    const span = { StartTime: new Date(at - MINUTE), EndTime: new Date(at + MINUTE) };
    aws.clock.advance(lag - 1);
    expect(await valuesOf(stat(MetricName, "Sum", 300), span)).toEqual([]);
    aws.clock.advance(1);
    expect(await valuesOf(stat(MetricName, "Sum", 300), span)).toEqual([1]);
  });

  it("has no seconds left after three hours, but the minute", async () => {
    const at = Math.floor(aws.clock.now() / MINUTE) * MINUTE;
    const second = (n: number) => put("forgetful", at - 1000 * n, n, { StorageResolution: 1 });
    const MetricData = [second(2), second(1), second(0)];
    await aws.cloudWatch.send(new PutMetricDataCommand({ Namespace: "Sandmeter", MetricData }));
    const span = { StartTime: new Date(at - MINUTE), EndTime: new Date(at + MINUTE) };
    aws.clock.advance(3 * 3_600_000 - 1000);
    expect(await valuesOf(stat("forgetful", "Sum", 1), span)).toEqual([1, 0]);
    aws.clock.advance(1);
    expect(await valuesOf(stat("forgetful", "Sum", 1), span)).toEqual([0]);
    expect(await valuesOf(stat("forgetful", "Sum", 60), span)).toEqual([3, 0]);
  });
});
