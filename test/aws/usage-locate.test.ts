import { beforeEach, describe, expect, it } from "vitest";
import { awsUsageSource } from "../../adapters/aws/usage-source.ts";
import { interpreterId } from "../../core/kernel/ids.ts";
import type { Located } from "../../core/ports/usage-source.ts";
import { signal, target } from "./embedded.ts";
import { type ToldAnswer, toldLogs } from "./told-logs.ts";

const here = target("us-east-1");
const tool = interpreterId("tool-VbMl9Hi8I4");
const arnOf = (id: string) => `arn:aws:bedrock-agentcore:us-east-1:111122223333:code-interpreter-custom/${id}`;

interface Delivery {
  readonly logType?: string;
  readonly interpreter?: string;
  readonly type: string;
  readonly to: string;
}

const told = {
  deliveries: [] as readonly Delivery[],
  groups: [] as readonly { readonly logGroupName: string; readonly retentionInDays?: number }[],
  /** Answers of an operation instead. */
  instead: new Map<string, ToldAnswer>(),
  calls: [] as string[],
};
beforeEach(() => {
  told.deliveries = [];
  told.groups = [];
  told.instead = new Map();
  told.calls = [];
});

/** One of a kind a page, as small as pages can be. */
const paged = (name: string, all: readonly object[], token: string | undefined): ToldAnswer => {
  const index = Number(token ?? 0);
  return {
    body: { [name]: all.slice(index, index + 1), ...(index + 1 < all.length && { nextToken: `${index + 1}` }) },
  };
};

const clients = await toldLogs<{ readonly nextToken?: string; readonly logGroupNamePrefix?: string }>(
  (operation, { nextToken, logGroupNamePrefix = "" }) => {
    told.calls.push(operation);
    const { deliveries, groups } = told;
    const sources = deliveries.map(({ logType = "USAGE_LOGS", interpreter = tool }, index) => ({
      name: `source-${index}`,
      logType,
      resourceArns: [arnOf(interpreter)],
    }));
    const pairs = deliveries.map(({ type }, index) => ({
      deliverySourceName: `source-${index}`,
      deliveryDestinationArn: `destination-${index}`,
      deliveryDestinationType: type,
    }));
    const destinations = deliveries.map(({ to }, index) => ({
      arn: `destination-${index}`,
      deliveryDestinationConfiguration: { destinationResourceArn: to },
    }));
    const instead = told.instead.get(operation);
    if (instead !== undefined) return instead;
    if (operation === "DescribeDeliverySources") return paged("deliverySources", sources, nextToken);
    if (operation === "DescribeDeliveries") return paged("deliveries", pairs, nextToken);
    if (operation === "DescribeDeliveryDestinations") return paged("deliveryDestinations", destinations, nextToken);
    const found = groups.filter(({ logGroupName }) => logGroupName.startsWith(logGroupNamePrefix));
    return { body: { logGroups: found.slice(0, 1) } };
  },
);
const locate = (setting: string | null = null): Promise<Located> =>
  awsUsageSource(clients, { logGroup: setting }).locate(here, tool, signal);
const logs = (to: string) => `arn:aws:logs:us-east-1:111122223333:log-group:${to}`;
const usual = `/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/${tool}`;

describe("the delivery of an interpreter's usage logs", () => {
  it.each([
    ["a log group", "CWL", logs("/a/b"), "log-group", "/a/b"],
    ["a log group as its ARN ends", "CWL", logs("/a/b:*"), "log-group", "/a/b"],
    ["a bucket", "S3", "arn:aws:s3:::bucket", "bucket", "s3://bucket"],
    ["a prefix of a bucket elsewhere", "S3", "arn:aws-us-gov:s3:::bucket/a/b", "bucket", "s3://bucket/a/b"],
  ])("goes to %s", async (_what, type, to, kind, place) => {
    told.deliveries = [{ type, to }];
    told.groups = [{ logGroupName: "/a/b" }];
    expect(await locate()).toMatchObject({ kind: "found", location: { kind, place, foundBy: "delivery" } });
  });

  it("is found on any page, and is not that of another interpreter or of other logs", async () => {
    told.deliveries = [
      { type: "CWL", to: logs("/of/another"), interpreter: "other-VbMl9Hi8I4" },
      { type: "CWL", to: logs("/of/application"), logType: "APPLICATION_LOGS" },
      { type: "CWL", to: logs("/a/b") },
    ];
    told.groups = [{ logGroupName: "/of/another" }, { logGroupName: "/of/application" }, { logGroupName: "/a/b" }];
    expect(await locate()).toMatchObject({ kind: "found", location: { place: "/a/b" } });
    expect(told.calls.filter((it) => it === "DescribeDeliveries")).toHaveLength(3);
  });

  it("is read from a log group where it goes to a bucket as well", async () => {
    told.deliveries = [
      { type: "S3", to: "arn:aws:s3:::bucket" },
      { type: "CWL", to: logs("/a/b") },
    ];
    told.groups = [{ logGroupName: "/a/b", retentionInDays: 7 }];
    expect(await locate()).toMatchObject({
      kind: "found",
      location: { kind: "log-group", place: "/a/b", retentionMs: 7 * 86_400_000 },
    });
  });

  it.each([
    ["Firehose", "FH", "arn:aws:firehose:us-east-1:111122223333:deliverystream/usage", "of type FH"],
    ["another account's log group", "CWL", "arn:aws:logs:us-east-1:222233334444:log-group:/a/b", "222233334444"],
    ["another Region's log group", "CWL", "arn:aws:logs:eu-west-1:111122223333:log-group:/a/b", "eu-west-1"],
    ["what is no log group", "CWL", "arn:aws:logs", "neither a log group nor a bucket"],
    ["what is no bucket", "S3", "bucket", "neither a log group nor a bucket"],
  ])("is unreadable where it goes to %s", async (_what, type, to, said) => {
    told.deliveries = [{ type, to }];
    told.groups = [{ logGroupName: "/a/b" }, { logGroupName: usual }];
    const located = await locate();
    expect(located).toMatchObject({ kind: "none", reason: "unreadable" });
    expect(JSON.stringify(located)).toContain(said.replaceAll('"', '\\"'));
  });

  it("is missing where its log group is gone, though another's name begins with its own", async () => {
    told.deliveries = [{ type: "CWL", to: logs("/a/b") }];
    told.groups = [{ logGroupName: "/a/bc" }, { logGroupName: usual }];
    expect(await locate()).toMatchObject({ kind: "none", reason: "missing", problem: { code: "LogGroupMissing" } });
  });

  it("does not say where records are, where it cannot be listed to its end", async () => {
    told.instead.set("DescribeDeliveries", { body: { deliveries: [], nextToken: "again" } });
    told.deliveries = [{ type: "CWL", to: logs("/a/b") }];
    const located = await locate();
    expect(located).toMatchObject({ kind: "none", reason: "unknown", problem: { code: "BadAnswer" } });
    expect(JSON.stringify(located)).toContain("DescribeDeliveries");
  });
});

describe("where no delivery says it", () => {
  it.each<readonly [string, readonly string[], string | null, string, string]>([
    ["the usual group first", [usual, "/own"], "/own", usual, "convention"],
    ["the setting's group next", ["/own"], "/own", "/own", "setting"],
    [
      "the setting's group for the interpreter",
      [`/own/${tool}/x`],
      `/own/\${interpreter}/x`,
      `/own/${tool}/x`,
      "setting",
    ],
  ])("usage records are in %s", async (_what, groups, setting, place, foundBy) => {
    told.groups = groups.map((logGroupName) => ({ logGroupName }));
    expect(await locate(setting)).toMatchObject({ kind: "found", location: { place, foundBy, retentionMs: null } });
  });

  it("usage logs are not enabled where no such group exists", async () => {
    expect(await locate("/own")).toMatchObject({ kind: "none", reason: "not-enabled" });
  });

  it("nobody knows where groups may not be listed, and the missing permission is named", async () => {
    told.instead.set("DescribeLogGroups", { status: 400, body: { __type: "AccessDeniedException", message: "no" } });
    const located = await locate("/own");
    expect(located).toMatchObject({ kind: "none", reason: "unreadable", problem: { code: "AccessDenied" } });
    expect(JSON.stringify(located)).toContain("logs:DescribeLogGroups");
  });
});

describe("listed deliveries", () => {
  it("are listed again for another pass, which goes on where the first is given up", async () => {
    told.deliveries = [{ type: "S3", to: "arn:aws:s3:::bucket" }];
    const source = awsUsageSource(clients, { logGroup: null });
    const stop = new AbortController();
    const first = source.locate(here, tool, stop.signal);
    const second = source.locate(here, tool, signal);
    stop.abort(new Error("given up"));
    await expect(first).rejects.toThrow("given up");
    expect(await second).toMatchObject({ kind: "found" });
  });
});
