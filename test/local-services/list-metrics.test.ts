import {
  CloudWatchClient,
  GetMetricDataCommand,
  ListMetricsCommand,
  type ListMetricsCommandInput,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { describe, expect, it } from "vitest";
import { LISTING_LAG_MS } from "../../local/services/cloudwatch/list-metrics.ts";
import { ACCOUNT, clientOptions, REGION, refusalOf, START, testAws } from "./local-aws.ts";

const aws = await testAws();
const HOUR = 3_600_000;

const put = (names: readonly string[], more: object = {}) =>
  aws.cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: "Sandmeter",
      MetricData: names.map((MetricName) => ({
        MetricName,
        Value: 1,
        Dimensions: [
          { Name: "Region", Value: REGION },
          { Name: "Account", Value: ACCOUNT },
        ],
        ...more,
      })),
    }),
  );
const list = (input: ListMetricsCommandInput = {}) =>
  aws.cloudWatch.send(new ListMetricsCommand({ Namespace: "Sandmeter", ...input }));
const namesOf = async (input: ListMetricsCommandInput = {}) => (await list(input)).Metrics?.map((m) => m.MetricName);

describe("ListMetrics", () => {
  it("shows a new metric after fifteen minutes, not before", async () => {
    await put(["new"]);
    aws.clock.advance(LISTING_LAG_MS - 1);
    expect(await namesOf()).toEqual([]);
    aws.clock.advance(1);
    expect((await list()).Metrics).toEqual([
      {
        Namespace: "Sandmeter",
        MetricName: "new",
        Dimensions: [
          { Name: "Account", Value: ACCOUNT },
          { Name: "Region", Value: REGION },
        ],
      },
    ]);
  });

  it.each<[string, ListMetricsCommandInput, string[]]>([
    ["its name", { MetricName: "new" }, ["new"]],
    ["another name", { MetricName: "old" }, []],
    ["a dimension, whatever its value", { Dimensions: [{ Name: "Region" }] }, ["new"]],
    ["a dimension and its value", { Dimensions: [{ Name: "Region", Value: REGION }] }, ["new"]],
    ["another value", { Dimensions: [{ Name: "Region", Value: "eu-west-1" }] }, []],
    ["a dimension that it lacks", { Dimensions: [{ Name: "Interpreter" }] }, []],
    ["another namespace", { Namespace: "Other" }, []],
  ])("finds by %s", async (_, input, names) => {
    expect(await namesOf(input)).toEqual(names);
  });

  it("leaves out what had no data for three hours when only active ones are asked for, and forgets after two weeks", async () => {
    aws.clock.advance(3 * HOUR - LISTING_LAG_MS);
    expect(await namesOf({ RecentlyActive: "PT3H" })).toEqual(["new"]);
    aws.clock.advance(1);
    expect(await namesOf({ RecentlyActive: "PT3H" })).toEqual([]);
    expect(await namesOf()).toEqual(["new"]);
    aws.clock.advance(14 * 24 * HOUR);
    expect(await namesOf()).toEqual([]);
  });

  it.each([499, 500, 501])("pages %d metrics by 500", async (count) => {
    const Dimensions = [{ Name: "Run", Value: `${count}` }];
    await put(
      Array.from({ length: count }, (_, n) => `m${n}`),
      { Dimensions },
    );
    aws.clock.advance(LISTING_LAG_MS);
    const first = await list({ Dimensions });
    expect(first.Metrics).toHaveLength(Math.min(count, 500));
    if (count <= 500) {
      expect(first.NextToken).toBe(undefined);
      return;
    }
    const second = await list({ Dimensions, NextToken: first.NextToken });
    expect(second.Metrics).toHaveLength(1);
    expect(second.NextToken).toBe(undefined);
  });

  it("refuses a token of another listing", async () => {
    const { NextToken } = await list({ Dimensions: [{ Name: "Run", Value: "501" }] });
    expect(await refusalOf(list({ NextToken }))).toMatchObject({ name: "InvalidParameterValueException", status: 400 });
  });

  it("keeps accounts and Regions apart", async () => {
    for (const [account, region] of [
      ["444455556666", REGION],
      [ACCOUNT, "us-west-2"],
    ] as const) {
      const other = new CloudWatchClient({ endpoint: aws.url, ...clientOptions(account, region) });
      expect((await other.send(new ListMetricsCommand({ Namespace: "Sandmeter" }))).Metrics).toEqual([]);
    }
  });
});

describe("AWS's own metrics", async () => {
  const busy = await testAws({
    places: [
      {
        region: REGION,
        interpreters: [{ name: "tool" }],
        sessions: [{ interpreter: "tool", profile: "steady", count: 3, createdSeconds: -1800, timeoutSeconds: 28_800 }],
      },
    ],
  });
  const own = { Namespace: "AWS/Bedrock-AgentCore" };

  it("can be listed, and read by what the listing says", async () => {
    const { Metrics = [] } = await busy.cloudWatch.send(new ListMetricsCommand(own));
    const names = new Set(Metrics.map((metric) => metric.MetricName));
    expect(names).toEqual(
      new Set(["Invocations", "Latency", "ActiveSessionCount", "CPUUsed-vCPUHours", "MemoryUsed-GBHours"]),
    );
    const { MetricDataResults = [] } = await busy.cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(START - HOUR),
        EndTime: new Date(START),
        MetricDataQueries: Metrics.map((Metric, n) => ({
          Id: `q${n}`,
          MetricStat: { Metric, Period: 3600, Stat: Metric.MetricName === "ActiveSessionCount" ? "Maximum" : "Sum" },
        })),
      }),
    );
    const active = Metrics.findIndex((metric) => metric.MetricName === "ActiveSessionCount");
    expect(MetricDataResults[active]?.Values).toEqual([3]);
    const invoked = Metrics.findIndex((metric) =>
      metric.Dimensions?.some((dimension) => dimension.Value === "InvokeCodeInterpreter"),
    );
    expect(MetricDataResults[invoked]?.Values?.[0]).toBeGreaterThan(0);
  });

  it("have no point for the minute that is not over", async () => {
    const { MetricDataResults } = await busy.cloudWatch.send(
      new GetMetricDataCommand({
        StartTime: new Date(START - 5 * 60_000),
        EndTime: new Date(START + 60_000),
        MetricDataQueries: [
          {
            Id: "active",
            MetricStat: {
              Metric: {
                ...own,
                MetricName: "ActiveSessionCount",
                Dimensions: [{ Name: "Service", Value: "AgentCore.CodeInterpreter" }],
              },
              Period: 60,
              Stat: "Maximum",
              Unit: "Count",
            },
          },
        ],
      }),
    );
    const latest = MetricDataResults?.[0]?.Timestamps?.[0]?.getTime() ?? 0;
    expect(latest).toBeGreaterThan(START - 5 * 60_000 - 1);
    expect(latest).toBeLessThan(START - 60_000);
  });
});
