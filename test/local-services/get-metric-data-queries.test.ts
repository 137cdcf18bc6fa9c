import {
  GetMetricDataCommand,
  type GetMetricDataCommandInput,
  type MetricDataQuery,
  PutMetricDataCommand,
} from "@aws-sdk/client-cloudwatch";
import { beforeAll, describe, expect, it } from "vitest";
import { FRESH_LAG_MS } from "../../local/services/cloudwatch/store.ts";
import { refusalOf, START, testAws } from "./local-aws.ts";

const aws = await testAws();
const MINUTE = 60_000;

const metric = (Id: string, MetricName = Id, more: object = {}): MetricDataQuery => ({
  Id,
  MetricStat: { Metric: { Namespace: "Sandmeter", MetricName }, Period: 60, Stat: "Sum", ...more },
});
const get = (MetricDataQueries: MetricDataQuery[], more: Partial<GetMetricDataCommandInput> = {}) =>
  aws.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(START - 5 * MINUTE),
      EndTime: new Date(START),
      ScanBy: "TimestampAscending",
      MetricDataQueries,
      ...more,
    }),
  );

beforeAll(async () => {
  const series = { a: [6, 4, 2], b: [3, 2, 0], gap: [8, null, 4] };
  await aws.cloudWatch.send(
    new PutMetricDataCommand({
      Namespace: "Sandmeter",
      MetricData: Object.entries(series).flatMap(([MetricName, values]) =>
        values.flatMap((Value, n) =>
          Value === null ? [] : [{ MetricName, Value, Timestamp: new Date(START - (3 - n) * MINUTE) }],
        ),
      ),
    }),
  );
  aws.clock.advance(FRESH_LAG_MS);
});

describe("Metric math", () => {
  const scope = ["a", "b", "gap"].map((id) => ({ ...metric(id), ReturnData: false }));

  it.each<[string, number[]]>([
    ["a + b", [9, 6, 2]],
    ["a - b * 2", [0, 0, 2]],
    ["100 * b / a", [50, 50, 0]],
    ["a / b", [2, 2]],
    ["-a ^ 2", [-36, -16, -4].map(Math.abs)],
    ["(a + b) / 3", [3, 2, 2 / 3]],
    ["a * gap", [48, 8]],
    ["a < gap", [1, 1]],
    ["SUM([a, b])", [9, 6, 2]],
    ["AVG([a, b])", [4.5, 3, 1]],
    ["MIN([a, gap])", [6, 4, 2]],
    ["MAX(METRICS())", [8, 4, 4]],
    ['SUM(METRICS("ga"))', [8, 4]],
    ["a / MAX(a)", [1, 4 / 6, 2 / 6]],
    ["FILL(gap, 0)", [0, 0, 8, 0, 4]],
    ["FILL(gap, REPEAT)", [8, 8, 4]],
    ["IF(b > 0, a, -1)", [6, 4, -1]],
    ["IF(b > 0 AND a > 4, 1, 0)", [1, 0, 0]],
    ["RATE(a)", [-2 / 60, -2 / 60]],
    ["a * 0 + PERIOD(a)", [60, 60, 60]],
    ["CEIL(a / 4)", [2, 1, 1]],
  ])("computes %s", async (Expression, values) => {
    const { MetricDataResults } = await get([...scope, { Id: "e", Expression, Label: "shown" }]);
    expect(MetricDataResults).toHaveLength(1);
    expect(MetricDataResults?.[0]).toMatchObject({ Id: "e", Label: "shown" });
    expect(MetricDataResults?.[0]?.Values?.map((value) => value.toFixed(9))).toEqual(values.map((v) => v.toFixed(9)));
  });

  it("gives every series of an array under the same id", async () => {
    const { MetricDataResults } = await get([...scope, { Id: "e", Expression: "METRICS()" }]);
    expect(MetricDataResults?.map(({ Id, Label }) => [Id, Label])).toEqual([
      ["e", "a"],
      ["e", "b"],
      ["e", "gap"],
    ]);
  });

  it.each([
    ["an unknown id", "a + nobody", /nobody/],
    ["an unknown function", "SEARCH('{Sandmeter} a', 'Sum', 60)", /SEARCH/],
    ["an open bracket", "SUM([a, b", /expected|too early/],
    ["a lone number", "1 + 1", /time series/],
    ["itself", "e + 1", /itself/],
    ["a stray sign", "a ; b", /cannot be read/],
  ])("refuses %s", async (_, Expression, message) => {
    expect(await refusalOf(get([...scope, { Id: "e", Expression }]))).toMatchObject({
      name: "ValidationException",
      status: 400,
      message: expect.stringMatching(message),
    });
  });
});

describe("Queries of GetMetricData", () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => metric(`q${n}`));

  it.each([499, 500])("takes %d of them", async (count) => {
    expect((await get(many(count))).MetricDataResults).toHaveLength(count);
  });

  it.each<[string, MetricDataQuery[], Partial<GetMetricDataCommandInput>, RegExp]>([
    ["501 of them", many(501), {}, /^The collection MetricDataQueries must not have a size greater than 500\.$/],
    ["none", [], {}, /must not be empty/],
    ["the same id twice", [metric("a"), metric("a")], {}, /not unique/],
    ["an id that begins with a capital", [metric("A")], {}, /expected pattern/],
    ["an id with a dash", [metric("a-b")], {}, /expected pattern/],
    ["neither metric nor expression", [{ Id: "a" }], {}, /either Expression or MetricStat/],
    ["both metric and expression", [{ ...metric("a"), Expression: "1" }], {}, /mutually exclusive/],
    [
      "a period beside a metric's own",
      [{ ...metric("a"), Period: 60 }],
      {},
      /member\.1\.Period and .*MetricStat are mutually/,
    ],
    ["an unknown statistic", [metric("a", "a", { Stat: "Median" })], {}, /Stat is not supported/],
    ["a percentile above 100", [metric("a", "a", { Stat: "p101" })], {}, /not supported/],
    ["nothing to return", [{ ...metric("a"), ReturnData: false }], {}, /ReturnData/],
    ["an end at the start", [metric("a")], { EndTime: new Date(START - 5 * MINUTE) }, /StartTime must be less/],
    ["100 801 points", [metric("a")], { MaxDatapoints: 100_801 }, /MaxDatapoints/],
    ["0 points", [metric("a")], { MaxDatapoints: 0 }, /MaxDatapoints/],
    ["another account's metric", [{ ...metric("a"), AccountId: "444455556666" }], {}, /AccountId/],
    [
      "a metric without a name",
      [metric("a", undefined, { Metric: { Namespace: "Sandmeter" } })],
      {},
      /MetricName is required/,
    ],
    ["a zone that is no offset", [metric("a")], { LabelOptions: { Timezone: "UTC" } }, /Timezone/],
  ])("refuses %s", async (_, queries, more, message) => {
    expect(await refusalOf(get(queries, more))).toMatchObject({
      name: "ValidationException",
      status: 400,
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [1, true],
    [5, true],
    [10, true],
    [20, true],
    [30, true],
    [59, false],
    [60, true],
    [61, false],
    [90, false],
    [120, true],
  ])("with a period of %d s: taken is %s", async (Period, isTaken) => {
    const sent = get([metric("a", "a", { Period })]);
    if (isTaken) await expect(sent).resolves.toBeDefined();
    else expect(await refusalOf(sent)).toMatchObject({ message: expect.stringMatching(/Period/) });
  });

  it("refuses a body of more than 600 kB", async () => {
    const long = many(400).map((query) => ({ ...query, Label: "x".repeat(1600) }));
    expect(await refusalOf(get(long))).toMatchObject({
      status: 413,
      message: expect.stringMatching(/exceeded 614400/),
    });
  });
});
