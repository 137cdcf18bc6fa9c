import { describe, expect, it } from "vitest";
import { START, signedHeaders, testAws } from "./local-aws.ts";

const aws = await testAws();

async function cloudWatch(operation: string, body: unknown) {
  const target = `GraniteServiceVersion20100801.${operation}`;
  const headers = { ...signedHeaders("monitoring", "1.0", target), "x-amzn-query-mode": "true" };
  const answer = await fetch(aws.url, { method: "POST", headers, body: JSON.stringify(body) });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

describe("CloudWatch on the wire", () => {
  it.each([
    [
      "PutMetricData",
      { Namespace: "AWS/x", MetricData: [{ MetricName: "m", Value: 1 }] },
      "InvalidParameterValue",
      "InvalidParameterValueException",
    ],
    ["PutMetricData", { Namespace: "x" }, "MissingParameter", "MissingRequiredParameterException"],
    ["PutMetricData", { MetricData: [] }, "MissingParameter", "MissingRequiredParameterException"],
    ["PutMetricData", { Namespace: 7 }, "MalformedInput", "SerializationException"],
    [
      "PutMetricData",
      { Namespace: "x", MetricData: [{ MetricName: "m", Value: "-Infinity" }] },
      "InvalidParameterValue",
      "InvalidParameterValueException",
    ],
    ["PutDashboard", { DashboardName: "a", DashboardBody: "{" }, "InvalidParameterInput", "DashboardInvalidInputError"],
  ])("%s answers %j with the old code beside the new one: %s", async (operation, body, code, type) => {
    const answer = await cloudWatch(operation, body);
    expect(answer.status).toBe(400);
    expect(answer.headers.get("x-amzn-query-error")).toBe(`${code};Sender`);
    expect(answer.body).toMatchObject({ __type: type });
  });

  it("writes time stamps as epoch seconds", async () => {
    const MetricStat = { Metric: { Namespace: "x", MetricName: "m" }, Period: 60, Stat: "Sum" };
    await cloudWatch("PutMetricData", { Namespace: "x", MetricData: [{ MetricName: "m", Value: 1 }] });
    aws.clock.advance(120_000);
    const answer = await cloudWatch("GetMetricData", {
      StartTime: START / 1000 - 60,
      EndTime: START / 1000 + 60,
      MetricDataQueries: [{ Id: "m", MetricStat }],
    });
    expect(answer.body).toEqual({
      MetricDataResults: [{ Id: "m", Label: "m", Timestamps: [START / 1000], Values: [1], StatusCode: "Complete" }],
      Messages: [],
    });
  });
});
