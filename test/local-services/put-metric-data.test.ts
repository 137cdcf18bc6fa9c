import { gzipSync } from "node:zlib";
import {
  GetMetricDataCommand,
  type MetricDatum,
  PutMetricDataCommand,
  type PutMetricDataCommandInput,
} from "@aws-sdk/client-cloudwatch";
import { describe, expect, it } from "vitest";
import { FRESH_LAG_MS } from "../../local/services/cloudwatch/store.ts";
import { refusalOf, START, testAws } from "./local-aws.ts";

const aws = await testAws();
const DAY = 24 * 3_600_000;

const put = (input: Partial<PutMetricDataCommandInput>) =>
  aws.cloudWatch.send(new PutMetricDataCommand({ Namespace: "Sandmeter", ...input }));
const putOne = (datum: Partial<MetricDatum>) => put({ MetricData: [{ MetricName: "m", Value: 1, ...datum }] });

const dimensions = (count: number) => Array.from({ length: count }, (_, n) => ({ Name: `d${n}`, Value: "v" }));
const data = (count: number): MetricDatum[] =>
  Array.from({ length: count }, (_, n) => ({ MetricName: `m${n}`, Value: n }));

async function sumsOf(name: string): Promise<readonly number[]> {
  const { MetricDataResults } = await aws.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(aws.clock.now() - 3_600_000),
      EndTime: new Date(aws.clock.now() + 60_000),
      MetricDataQueries: [
        {
          Id: "m",
          MetricStat: { Metric: { Namespace: "Sandmeter", MetricName: name }, Period: 3600, Stat: "Sum" },
        },
      ],
    }),
  );
  return MetricDataResults?.[0]?.Values ?? [];
}

describe("PutMetricData", () => {
  it.each([
    ["999 metrics", { MetricData: data(999) }],
    ["1000 metrics", { MetricData: data(1000) }],
    [
      "1000 metrics, some of them of an entity",
      { MetricData: data(600), EntityMetricData: [{ MetricData: data(400) }] },
    ],
    ["29 dimensions", { MetricData: [{ MetricName: "m", Value: 1, Dimensions: dimensions(29) }] }],
    ["30 dimensions", { MetricData: [{ MetricName: "m", Value: 1, Dimensions: dimensions(30) }] }],
    ["149 values", { MetricData: [{ MetricName: "m", Values: Array.from({ length: 149 }, (_, n) => n) }] }],
    ["150 values", { MetricData: [{ MetricName: "m", Values: Array.from({ length: 150 }, (_, n) => n) }] }],
    [
      "a time exactly two weeks back",
      { MetricData: [{ MetricName: "m", Value: 1, Timestamp: new Date(START - 14 * DAY) }] },
    ],
    [
      "a time exactly two hours ahead",
      { MetricData: [{ MetricName: "m", Value: 1, Timestamp: new Date(START + 7_200_000) }] },
    ],
    ["the largest value", { MetricData: [{ MetricName: "m", Value: 2 ** 360 }] }],
    ["a name of 255 characters", { MetricData: [{ MetricName: "m".repeat(255), Value: 1 }] }],
    [
      "a dimension value of 1024 characters",
      { MetricData: [{ MetricName: "m", Value: 1, Dimensions: [{ Name: "d", Value: "v".repeat(1024) }] }] },
    ],
    ["high resolution", { MetricData: [{ MetricName: "m", Value: 1, StorageResolution: 1 }] }],
  ])("takes %s", async (_, input) => {
    await expect(put(input)).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
  });

  it.each<[string, Partial<PutMetricDataCommandInput>, string, string | RegExp]>([
    [
      "1001 metrics",
      { MetricData: data(1001) },
      "InvalidParameterValueException",
      "The collection MetricData must not have a size greater than 1000.",
    ],
    [
      "1001 metrics over metrics and entities",
      { MetricData: data(600), EntityMetricData: [{ MetricData: data(401) }] },
      "InvalidParameterValueException",
      /size greater than 1000/,
    ],
    ["no metrics", { MetricData: [] }, "MissingRequiredParameterException", "The parameter MetricData is required."],
    [
      "AWS's own namespaces",
      { Namespace: "AWS/Bedrock-AgentCore", MetricData: data(1) },
      "InvalidParameterValueException",
      /Namespace is invalid/,
    ],
    [
      "a namespace that begins with a colon",
      { Namespace: ":x", MetricData: data(1) },
      "ValidationException",
      /regular expression/,
    ],
  ])("refuses %s", async (_, input, name, message) => {
    expect(await refusalOf(put(input))).toMatchObject({ name, message: expect.stringMatching(message), status: 400 });
  });

  it.each<[string, Partial<MetricDatum>, string, string | RegExp]>([
    ["31 dimensions", { Dimensions: dimensions(31) }, "ValidationException", /length less than or equal to 30/],
    [
      "the same dimension twice",
      { Dimensions: [...dimensions(1), ...dimensions(1)] },
      "InvalidParameterValueException",
      /same dimension twice/,
    ],
    [
      "a dimension beyond ASCII",
      { Dimensions: [{ Name: "d", Value: "é" }] },
      "InvalidParameterValueException",
      /member\.1\.Value contains non-ASCII/,
    ],
    [
      "a control character",
      { Dimensions: [{ Name: "d", Value: "a\u001b[31m" }] },
      "InvalidParameterValueException",
      /non-ASCII/,
    ],
    ["a blank dimension", { Dimensions: [{ Name: "d", Value: "  " }] }, "InvalidParameterValueException", /is invalid/],
    [
      "a dimension's name that begins with a colon",
      { Dimensions: [{ Name: ":d", Value: "v" }] },
      "InvalidParameterValueException",
      /is invalid/,
    ],
    [
      "151 values",
      { Value: undefined, Values: Array.from({ length: 151 }, (_, n) => n) },
      "InvalidParameterValueException",
      /size greater than 150/,
    ],
    [
      "values and counts of different lengths",
      { Value: undefined, Values: [1, 2], Counts: [1] },
      "InvalidParameterValueException",
      /same size/,
    ],
    [
      "a count of 0",
      { Value: undefined, Values: [1], Counts: [0] },
      "InvalidParameterValueException",
      /Counts is invalid/,
    ],
    [
      "a millisecond more than two weeks back",
      { Timestamp: new Date(START - 14 * DAY - 1) },
      "InvalidParameterValueException",
      /within the past two weeks/,
    ],
    [
      "a millisecond more than two hours ahead",
      { Timestamp: new Date(START + 7_200_001) },
      "InvalidParameterValueException",
      /within the past two weeks/,
    ],
    [
      "NaN",
      { Value: Number.NaN },
      "InvalidParameterValueException",
      "The value NaN for parameter MetricData.member.1.Value is invalid.",
    ],
    ["Infinity", { Value: Number.POSITIVE_INFINITY }, "InvalidParameterValueException", /Infinity/],
    ["a value beyond 2^360", { Value: -(2 ** 361) }, "InvalidParameterValueException", /is invalid/],
    [
      "NaN in a statistic set",
      { Value: undefined, StatisticValues: { SampleCount: 1, Sum: Number.NaN, Minimum: 0, Maximum: 1 } },
      "InvalidParameterValueException",
      /StatisticValues\.Sum/,
    ],
    [
      "a minimum above the maximum",
      { Value: undefined, StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 2, Maximum: 1 } },
      "InvalidParameterValueException",
      /Maximum must be greater/,
    ],
    [
      "a value and a statistic set",
      { StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } },
      "InvalidParameterCombinationException",
      /mutually exclusive/,
    ],
    [
      "a value and values",
      { Values: [1] },
      "InvalidParameterCombinationException",
      "The parameters MetricData.member.1.Value and MetricData.member.1.Values are mutually exclusive and you have specified both.",
    ],
    ["no value at all", { Value: undefined }, "MissingRequiredParameterException", /At least one/],
    ["an unknown unit", { Unit: "Dollars" as never }, "ValidationException", /enum value set/],
    ["a resolution of 30 s", { StorageResolution: 30 }, "InvalidParameterValueException", /StorageResolution/],
    [
      "no name",
      { MetricName: undefined as never },
      "MissingRequiredParameterException",
      "The parameter MetricData.member.1.MetricName is required.",
    ],
  ])("refuses %s", async (_, datum, name, message) => {
    expect(await refusalOf(putOne(datum))).toMatchObject({
      name,
      message: expect.stringMatching(message),
      status: 400,
    });
  });

  it("counts the megabyte before compression", async () => {
    const filler = (bytes: number) => ({
      MetricData: Array.from({ length: 900 }, (_, n) => ({
        MetricName: `${n}`.padStart(100, "x"),
        Value: 1,
        Dimensions: [{ Name: "d", Value: "v".repeat(n === 0 ? 1 + (bytes % 1000) : Math.floor(bytes / 1000)) }],
      })),
    });
    await expect(put(filler(900_000))).resolves.toBeDefined();
    expect(await refusalOf(put(filler(1_020_000)))).toMatchObject({
      status: 413,
      message: expect.stringMatching(/^Request size \d+ exceeded 1048576 bytes$/),
    });
  });

  it("reads what a client compressed, and loses nothing of it", async () => {
    const many = data(500).map((datum, n) => ({ ...datum, MetricName: `zipped${n}` }));
    expect(gzipSync(JSON.stringify(many)).length).toBeLessThan(JSON.stringify(many).length);
    expect(JSON.stringify(many).length).toBeGreaterThan(10_240);
    await put({ MetricData: many });
    aws.clock.advance(FRESH_LAG_MS);
    expect(await sumsOf("zipped499")).toEqual([499]);
  });

  it("keeps nothing of a request that it refuses", async () => {
    await refusalOf(
      put({
        MetricData: [
          { MetricName: "half", Value: 1 },
          { MetricName: "half", Value: Number.NaN },
        ],
      }),
    );
    aws.clock.advance(FRESH_LAG_MS);
    expect(await sumsOf("half")).toEqual([]);
  });
});
