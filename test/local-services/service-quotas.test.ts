import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  ServiceQuotasClient,
} from "@aws-sdk/client-service-quotas";
import { describe, expect, it } from "vitest";
import { localClock } from "../../local/clock.ts";
import { createWorld } from "../../local/create-world.ts";
import { startLocalAws } from "../../local/server.ts";
import { ACCOUNT, clientOptions, REGION, refusalOf, START, testAws } from "./local-aws.ts";

const ServiceCode = "bedrock-agentcore";
const sessions = { ServiceCode, QuotaCode: "L-CAF6F552" };
const interpreters = { ServiceCode, QuotaCode: "L-D8BDCBA9" };

const aws = await testAws({ places: [{ region: REGION, appliedQuotas: { sessions: 0 } }] });

describe("Service Quotas", () => {
  it("gives the applied value, be it 0, and the default beside it", async () => {
    const { Quota } = await aws.quotas.send(new GetServiceQuotaCommand(sessions));
    expect(Quota).toMatchObject({
      ...sessions,
      Value: 0,
      Adjustable: true,
      QuotaName: "Concurrent active Code Interpreter sessions",
      QuotaArn: `arn:aws:servicequotas:${REGION}:${ACCOUNT}:bedrock-agentcore/L-CAF6F552`,
    });
    const byDefault = await aws.quotas.send(new GetAWSDefaultServiceQuotaCommand(sessions));
    expect(byDefault.Quota?.Value).toBe(1000);
  });

  it("does not find an applied value where there is only a default", async () => {
    expect(await refusalOf(aws.quotas.send(new GetServiceQuotaCommand(interpreters)))).toMatchObject({
      name: "NoSuchResourceException",
      status: 400,
    });
    expect((await aws.quotas.send(new GetAWSDefaultServiceQuotaCommand(interpreters))).Quota?.Value).toBe(1000);
    const { Quotas } = await aws.quotas.send(new ListServiceQuotasCommand({ ServiceCode }));
    expect(Quotas?.map((quota) => quota.QuotaCode)).toEqual(["L-CAF6F552"]);
  });

  it("pages", async () => {
    const list = (NextToken?: string) =>
      aws.quotas.send(new ListAWSDefaultServiceQuotasCommand({ ServiceCode, MaxResults: 1, NextToken }));
    const first = await list();
    const second = await list(first.NextToken);
    expect([...(first.Quotas ?? []), ...(second.Quotas ?? [])].map((quota) => quota.QuotaCode)).toEqual([
      "L-CAF6F552",
      "L-D8BDCBA9",
    ]);
    expect(second.NextToken).toBe(undefined);
    expect(await refusalOf(list("bm9uZQ=="))).toMatchObject({ name: "InvalidPaginationTokenException", status: 400 });
  });

  it("lists one code, and nothing at the level of resources", async () => {
    const list = async (more: object) =>
      (await aws.quotas.send(new ListServiceQuotasCommand({ ServiceCode, ...more }))).Quotas;
    expect(await list({ QuotaCode: "L-CAF6F552" })).toHaveLength(1);
    expect(await list({ QuotaCode: "L-D8BDCBA9" })).toEqual([]);
    expect(await list({ QuotaAppliedAtLevel: "RESOURCE" })).toEqual([]);
    expect(await list({ QuotaAppliedAtLevel: "ALL" })).toHaveLength(1);
  });

  it.each([
    ["an unknown service", { ServiceCode: "ec2", QuotaCode: "L-CAF6F552" }, "NoSuchResourceException"],
    ["an unknown quota", { ServiceCode, QuotaCode: "L-00000000" }, "NoSuchResourceException"],
    ["a resource that has no quota of its own", { ...sessions, ContextId: "x" }, "NoSuchResourceException"],
    ["a code with a space", { ServiceCode, QuotaCode: "L CAF" }, "ValidationException"],
  ])("refuses %s", async (_, input, name) => {
    expect(await refusalOf(aws.quotas.send(new GetServiceQuotaCommand(input)))).toMatchObject({ name, status: 400 });
  });

  it("takes 5 GetServiceQuota a second, and throttles the sixth under its own name", async () => {
    const world = createWorld({ fleet: "demo", seed: 1, clock: localClock({ startAt: START, speed: 0 }) });
    const server = await startLocalAws({ world, port: 0 });
    const client = new ServiceQuotasClient({ endpoint: server.url, ...clientOptions(ACCOUNT, REGION) });
    const sent = Array.from({ length: 6 }, () => client.send(new GetAWSDefaultServiceQuotaCommand(sessions)));
    const results = await Promise.allSettled(sent);
    await server.close();
    const refused = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    expect(refused.map((error) => error.name)).toEqual(["TooManyRequestsException"]);
  });
});
