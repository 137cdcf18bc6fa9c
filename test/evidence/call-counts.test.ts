import { describe, expect, it } from "vitest";
import type { AwsClients } from "../../adapters/aws/clients.ts";
import { callCounts } from "../../adapters/aws/interpreter-calls-counts.ts";
import { signal, target } from "../aws/embedded.ts";
import type { ToldAnswer } from "../aws/told-logs.ts";
import { toldLogs } from "../aws/told-logs.ts";
import { minute, minutesTo, span, tool } from "./told-metrics.ts";

interface Dimension {
  readonly Name: string;
  readonly Value: string;
}
interface Points {
  readonly Timestamps: readonly number[];
  readonly Values: readonly number[];
}

interface Series {
  readonly dimensions: readonly Dimension[];
  /** Of each page. */
  readonly pages: readonly Points[];
}

interface Input {
  readonly Dimensions?: readonly Dimension[];
  readonly MetricDataQueries?: readonly {
    readonly Id: string;
    readonly MetricStat: { readonly Metric: { readonly Dimensions: readonly Dimension[] } };
  }[];
  readonly NextToken?: string;
}

const points = (...of: readonly (readonly [number, number])[]): Points => ({
  Timestamps: of.map(([at]) => minute(at) / 1000),
  Values: of.map(([, count]) => count),
});
const series = (resource: string, extra: readonly Dimension[], ...pages: readonly Points[]): Series => ({
  dimensions: [{ Name: "Resource", Value: resource }, { Name: "Operation", Value: "InvokeCodeInterpreter" }, ...extra],
  pages,
});
const named = (Value: string): Dimension => ({ Name: "Name", Value });

/** A CloudWatch that lists and has just these series of calls, and the control series. */
const clientsOf = (all: readonly Series[]): Promise<AwsClients> =>
  toldLogs<Input>((operation, { Dimensions, MetricDataQueries = [], NextToken }): ToldAnswer => {
    const has = (dimensions: readonly Dimension[]): boolean =>
      (Dimensions ?? []).every((asked) =>
        dimensions.some(({ Name, Value }) => Name === asked.Name && Value === asked.Value),
      );
    if (operation === "ListMetrics") {
      const listed = all.filter(({ dimensions }) => has(dimensions));
      return {
        body: { Metrics: listed.map(({ dimensions }) => ({ MetricName: "Invocations", Dimensions: dimensions })) },
      };
    }
    const page = NextToken === undefined ? 0 : 1;
    const pages = Math.max(1, ...all.map((each) => each.pages.length));
    const results = MetricDataQueries.map(({ Id, MetricStat: { Metric } }) => {
      const own = all.find(({ dimensions }) => JSON.stringify(dimensions) === JSON.stringify(Metric.Dimensions));
      const control = points(...minutesTo(118).map((at) => [at, 5] as const));
      const found = own === undefined ? control : (own.pages[page] ?? points());
      return { Id, StatusCode: page + 1 < pages ? "PartialData" : "Complete", ...found };
    });
    return { body: { MetricDataResults: results, ...(page + 1 < pages ? { NextToken: "next" } : {}) } };
  });

async function countsOf(...all: readonly Series[]) {
  const clients = await clientsOf(all);
  const found = await callCounts(clients, target("us-east-1"), [tool], span(0, 120), minute(120), signal);
  const counted = found.get(tool.id);
  if (counted?.kind !== "known") return counted?.code;
  return counted.minutes.flatMap(({ minuteAt, count }) =>
    count === 0 ? [] : [[(minuteAt - minute(0)) / 60_000, count]],
  );
}

describe("counts of an interpreter's calls", () => {
  it("are the higher one of a minute that comes twice", async () => {
    expect(await countsOf(series(tool.arn, [], points([60, 3]), points([60, 0])))).toEqual([[60, 3]]);
    expect(await countsOf(series(tool.arn, [], points([60, 0]), points([60, 3])))).toEqual([[60, 3]]);
    expect(await countsOf(series(tool.arn, [], points([60, -1]), points([60, 3])))).toEqual([[60, null]]);
    expect(await countsOf(series(tool.arn, [], points([60, 3]), points([60, -1])))).toEqual([[60, null]]);
  });

  it.each([0, 1])("are unknown where a datapoint of page %i is of no time", async (page) => {
    const odd = { Timestamps: [1e300], Values: [1] };
    expect(await countsOf(series(tool.arn, [], ...(page === 0 ? [odd, points()] : [points(), odd])))).toBe("failed");
  });

  it("are of both series where one is listed by the ARN and one by the id, also where one interpreter is asked for", async () => {
    const both = [series(tool.arn, [], points([10, 1])), series(tool.id, [], points([60, 2]))];
    expect(await countsOf(...both)).toEqual([
      [10, 1],
      [60, 2],
    ]);
    expect(await countsOf(...both.toReversed())).toEqual([
      [10, 1],
      [60, 2],
    ]);
  });

  it.each([
    [
      "are added where they are of different calls",
      [series(tool.arn, [named("a")], points([60, 1])), series(tool.arn, [named("b")], points([60, 2]))],
      3,
    ],
    [
      "are once where they are a total and its parts",
      [
        series(tool.arn, [], points([60, 3])),
        series(tool.arn, [named("a")], points([60, 1])),
        series(tool.arn, [named("b")], points([60, 2])),
      ],
      3,
    ],
    [
      "are the parts where a total lacks some",
      [
        series(tool.arn, [], points([60, 1])),
        series(tool.arn, [named("a")], points([60, 1])),
        series(tool.arn, [named("b")], points([60, 2])),
      ],
      3,
    ],
    [
      "are once where the resource is spelled in two ways",
      [series(tool.arn, [], points([60, 3])), series(tool.id, [], points([60, 3]))],
      3,
    ],
  ] as const)("%s", async (_, all, count) => {
    expect(await countsOf(...all)).toEqual([[60, count]]);
  });
});
