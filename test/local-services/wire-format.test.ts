import { describe, expect, it } from "vitest";
import { ACCOUNT, REGION, START, testAws } from "./local-aws.ts";

const aws = await testAws();

/** A request as a client without an SDK would write it. */
async function post(service: string, version: string, target: string, body: unknown) {
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const answer = await fetch(aws.url, {
    method: "POST",
    headers: {
      "content-type": `application/x-amz-json-${version}`,
      "x-amz-target": target,
      "x-amz-date": `${new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`,
      "x-amzn-query-mode": "true",
      authorization: `AWS4-HMAC-SHA256 Credential=${ACCOUNT}/${day}/${REGION}/${service}/aws4_request, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}`,
    },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

const cloudWatch = (operation: string, body: unknown) =>
  post("monitoring", "1.0", `GraniteServiceVersion20100801.${operation}`, body);

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
