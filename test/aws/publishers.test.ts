import { afterEach, describe, expect, it } from "vitest";
import { batchesOf } from "../../adapters/aws/batches.ts";
import { codeInterpreterKind, quotaServiceCode } from "../../adapters/aws/code-interpreter-kind.ts";
import { getDashboard, putDashboard } from "../../adapters/aws/dashboards.ts";
import { awsSendEvents } from "../../adapters/aws/events.ts";
import { readIdentity } from "../../adapters/aws/identity.ts";
import { awsPublishMetrics } from "../../adapters/aws/metrics.ts";
import { awsQuotaLimits } from "../../adapters/aws/quota-limits.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import type { MetricDatum } from "../../core/ports/metrics.ts";
import { account, embedded, signal, target } from "./embedded.ts";

const aws = await embedded(
  {
    optedInRegions: ["us-gov-west-1"],
    places: [{ region: "eu-west-1", appliedQuotas: { sessions: 60, interpreters: 0 } }],
  },
  { maxAttempts: 2 },
);
const now = instant(aws.world.clock.now());
afterEach(() => aws.clearFaults());

const datum = (index: number, part: Partial<MetricDatum> = {}): MetricDatum => ({
  name: `Metric${index}`,
  unit: "Count",
  dimensions: [
    ["Account", account],
    ["Region", "us-east-1"],
  ],
  at: now,
  value: index,
  ...part,
});

const event = (id: string, detail: Readonly<Record<string, unknown>> = {}): OutgoingEvent => ({
  id,
  at: now,
  detailType: "Quota Pressure Changed",
  detail,
});

describe("batches", () => {
  it.each([
    [[1, 1, 1], { items: 2, bytes: 100 }, [[1, 1], [1]]],
    [[5, 5, 5], { items: 9, bytes: 10 }, [[5, 5], [5]]],
    [[5, 6], { items: 9, bytes: 10 }, [[5], [6]]],
    [[50, 1], { items: 9, bytes: 10 }, [[50], [1]]],
    [[], { items: 9, bytes: 10 }, []],
  ])("%j within %j are %j", (items, limits, batches) => {
    expect(batchesOf(items, limits, (size) => size)).toEqual(batches);
  });
});

describe("publishing metrics", () => {
  it("sends no more than 1000 data a request, and all of them", async () => {
    await aws.takeCalls();
    const data = Array.from({ length: 2500 }, (_, index) => datum(index));
    expect(await awsPublishMetrics(aws.clients, "us-east-1")(data, signal)).toEqual([]);
    expect((await aws.takeCalls())["PutMetricData"]).toBe(3);
  });

  it("leaves out what is no number, and says so", async () => {
    const problems = await awsPublishMetrics(aws.clients, "us-east-1")([datum(1, { value: Number.NaN })], signal);
    expect(problems).toMatchObject([{ code: "NotANumber", operation: "PutMetricData" }]);
  });

  it("tells what did not arrive, and sends the rest", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "PutMetricData", times: 1 });
    const data = Array.from({ length: 1500 }, (_, index) => datum(index));
    await aws.takeCalls();
    const problems = await awsPublishMetrics(aws.clients, "us-east-1")(data, signal);
    expect(problems).toMatchObject([{ code: "AccessDenied", operation: "PutMetricData" }]);
    expect(problems[0]?.message).toContain("cloudwatch:PutMetricData");
    expect((await aws.takeCalls())["PutMetricData"]).toBe(2);
  });
});

describe("sending events", () => {
  const received = async (): Promise<readonly Record<string, unknown>[]> => {
    const answer = await fetch(`${aws.url}/_local/events`);
    const { events } = (await answer.json()) as { events: Record<string, unknown>[] };
    return events;
  };

  it("sends ten at a time, each with its own id in the detail", async () => {
    await aws.takeCalls();
    const events = Array.from({ length: 23 }, (_, index) => event(`e${index}`, { level: "warning" }));
    const results = await awsSendEvents(aws.clients, "us-east-1")(events, signal);
    expect(results).toEqual(Array(23).fill({ sent: true }));
    expect((await aws.takeCalls())["PutEvents"]).toBe(3);
    expect(JSON.stringify(await received())).toContain("e22");
  });

  it("tells for each event whether it was taken, also in an answer of 200", async () => {
    await aws.addFaults({ kind: "partial-put-events", times: 1 });
    const events = [event("a"), event("b"), event("c"), event("d")];
    const results = await awsSendEvents(aws.clients, "us-east-1")(events, signal);
    expect(results).toHaveLength(4);
    expect(results.some((result) => result.sent)).toBe(true);
    expect(results.find((result) => !result.sent)).toMatchObject({ reason: expect.stringMatching(/\w+: \w+/) });
  });

  it("refuses an event that is too large, and sends the others", async () => {
    const events = [event("small"), event("large", { text: "x".repeat(300_000) }), event("small too")];
    const results = await awsSendEvents(aws.clients, "us-east-1")(events, signal);
    expect(results.map((result) => result.sent)).toEqual([true, false, true]);
  });

  it("fails all of a batch whose request failed, with what to do", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "PutEvents" });
    const results = await awsSendEvents(aws.clients, "us-east-1")([event("a"), event("b")], signal);
    expect(results).toEqual(Array(2).fill({ sent: false, reason: expect.stringContaining("events:PutEvents") }));
  });
});

describe("dashboards", () => {
  const body = JSON.stringify({
    widgets: [{ type: "text", x: 0, y: 0, width: 6, height: 3, properties: { markdown: "hello" } }],
  });

  it("are put and read back; one that is not there is null", async () => {
    expect(await getDashboard(aws.clients, "us-east-1", "Sandmeter", signal)).toBeNull();
    expect(await putDashboard(aws.clients, "us-east-1", { name: "Sandmeter", body }, signal)).toEqual([]);
    expect(await getDashboard(aws.clients, "us-east-1", "Sandmeter", signal)).toBe(body);
  });

  it("are refused with what is wrong with the body", async () => {
    const put = putDashboard(aws.clients, "us-east-1", { name: "Bad", body: "{" }, signal);
    await expect(put).rejects.toMatchObject({ name: "AwsError", code: "DashboardInvalidInputError" });
    const widget = JSON.stringify({ widgets: [{ type: "metric", x: 0, y: 0, width: 6, height: 3, properties: {} }] });
    const wrong = putDashboard(aws.clients, "us-east-1", { name: "Bad", body: widget }, signal);
    await expect(wrong).rejects.toThrow(/\/widgets\/0/);
  });
});

describe("the limits of the quotas", () => {
  const read = awsQuotaLimits(aws.clients, quotaServiceCode);
  const [sessions, configurations] = codeInterpreterKind.quotas.map((quota) => quota.code);

  it("are the applied values where there are some, 0 included", async () => {
    expect(await read(target("eu-west-1"), codeInterpreterKind.quotas, signal)).toEqual({
      items: [
        { code: sessions, limit: 60, source: "applied" },
        { code: configurations, limit: 0, source: "applied" },
      ],
      problems: [],
      complete: true,
    });
  });

  it("are the defaults where nothing was applied", async () => {
    const { items, complete } = await read(target("us-east-1"), codeInterpreterKind.quotas, signal);
    expect(complete).toBe(true);
    expect(items.map((item) => item.source)).toEqual(["default", "default"]);
  });

  it("are the built-in ones where Service Quotas knows none, which is no problem", async () => {
    const quota = { code: "L-00000000", name: "none", subject: "ready-sessions", builtInLimit: 7 } as const;
    expect(await read(target("us-east-1"), [quota], signal)).toEqual({
      items: [{ code: "L-00000000", limit: 7, source: "built-in" }],
      problems: [],
      complete: true,
    });
  });

  it("fall back where they may not be read, and name the IAM action", async () => {
    await aws.addFaults({ kind: "access-denied", operation: "GetServiceQuota" });
    const { items, problems, complete } = await read(target("eu-west-1"), codeInterpreterKind.quotas, signal);
    expect(items.map((item) => item.source)).toEqual(["default", "default"]);
    expect(complete).toBe(false);
    expect(problems[0]?.message).toContain("servicequotas:GetServiceQuota");
  });
});

describe("the caller", () => {
  const nowMs = () => aws.world.clock.now();

  it("is an account in a partition", async () => {
    expect(await readIdentity(aws.clients, ["us-east-1"], nowMs, signal)).toMatchObject({ account, partition: "aws" });
    expect(await readIdentity(aws.clients, ["us-gov-west-1"], nowMs, signal)).toMatchObject({
      partition: "aws-us-gov",
    });
  });

  it("is asked in the next Region where one is not enabled", async () => {
    expect(await readIdentity(aws.clients, ["eu-south-1", "us-east-1"], nowMs, signal)).toMatchObject({ account });
  });

  it("is not known where no Region knows the credentials", async () => {
    const asked = readIdentity(aws.clients, ["eu-south-1"], nowMs, signal);
    await expect(asked).rejects.toMatchObject({ code: "CredentialsRejected" });
  });

  it.each([-3_600_000, 0, 86_400_000])("tells a clock that is off by %i ms", async (offMs) => {
    const { clockAheadMs } = await readIdentity(aws.clients, ["us-east-1"], () => nowMs() - offMs, signal);
    expect(Math.abs((clockAheadMs ?? Number.NaN) - offMs)).toBeLessThan(1000);
  });
});
