import { GetMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { describe, expect, it } from "vitest";
import { REGION, START, testAws } from "./local-aws.ts";

const MINUTE = 60_000;
/** Fourteen days of minutes: five queries of them are exactly the 100 800 points of one page. */
const SPAN = 14 * 24 * 60;

// A gauge has a point every minute since the first session.
const aws = await testAws({
  places: [
    {
      region: REGION,
      interpreters: [{ name: "tool", createdSeconds: -15 * 86_400 }],
      sessions: [{ interpreter: "tool", profile: "ephemeral", count: 1, createdSeconds: -14.9 * 86_400 }],
    },
  ],
});

const END = START - 10 * MINUTE;

function get(minutes: readonly number[], NextToken?: string) {
  return aws.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(END - Math.max(...minutes) * MINUTE),
      EndTime: new Date(END),
      NextToken,
      MetricDataQueries: minutes.map((_, n) => ({
        Id: `q${n}`,
        MetricStat: {
          Metric: {
            Namespace: "AWS/Bedrock-AgentCore",
            MetricName: "ActiveSessionCount",
            Dimensions: [{ Name: "Service", Value: "AgentCore.CodeInterpreter" }],
          },
          Period: 60,
          Stat: "Maximum",
        },
      })),
    }),
  );
}

const countOf = (page: Awaited<ReturnType<typeof get>>) =>
  page.MetricDataResults?.reduce((sum, result) => sum + (result.Values?.length ?? 0), 0);

describe("A page of GetMetricData", () => {
  it.each([
    [SPAN - 1, 5 * (SPAN - 1), 0],
    [SPAN, 100_800, 0],
    [SPAN + 1, 100_800, 5],
  ])("of five queries of %d minutes has %d points, and leaves %d", async (minutes, first, rest) => {
    const page = await get(Array.from({ length: 5 }, () => minutes));
    expect(countOf(page)).toBe(first);
    expect(page.NextToken !== undefined).toBe(rest > 0);
    expect(page.MetricDataResults?.at(-1)?.StatusCode).toBe(rest > 0 ? "PartialData" : "Complete");
    if (page.NextToken === undefined) return;
    const last = await get(
      Array.from({ length: 5 }, () => minutes),
      page.NextToken,
    );
    expect(countOf(last)).toBe(rest);
    expect(last.NextToken).toBe(undefined);
  });
});
