import { BedrockAgentCoreControlClient, ListTagsForResourceCommand } from "@aws-sdk/client-bedrock-agentcore-control";
import {
  DescribeDeliveriesCommand,
  DescribeDeliveryDestinationsCommand,
  DescribeDeliverySourcesCommand,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { describe, expect, it } from "vitest";
import { ledgerAws } from "./ledger-clients.ts";
import { ACCOUNT, clientOptions, REGION, refusalOf } from "./local-aws.ts";

const aws = await ledgerAws("ledger");
const logs = aws.logs();
const place = aws.world.place(ACCOUNT, REGION);
const named = (name: string) => {
  const found = [...(place?.interpreters.values() ?? [])].find((each) => each.name === name);
  if (found === undefined) throw new Error(`no interpreter ${name}`);
  return found;
};

/** All pages of a listing, each of one. */
async function all<T>(
  read: (nextToken: string | undefined) => Promise<{ items: T[] | undefined; nextToken?: string | undefined }>,
) {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const page = await read(token);
    items.push(...(page.items ?? []));
    token = page.nextToken;
  } while (token !== undefined);
  return items;
}

const deliveries = await all(async (nextToken) => {
  const page = await logs.send(new DescribeDeliveriesCommand({ limit: 1, nextToken }));
  return { items: page.deliveries, nextToken: page.nextToken };
});
const sources = await all(async (nextToken) => {
  const page = await logs.send(new DescribeDeliverySourcesCommand({ limit: 3, nextToken }));
  return { items: page.deliverySources, nextToken: page.nextToken };
});
const destinations = await all(async (nextToken) => {
  const page = await logs.send(new DescribeDeliveryDestinationsCommand({ limit: 2, nextToken }));
  return { items: page.deliveryDestinations, nextToken: page.nextToken };
});

/** Where an interpreter's usage logs go, found as a client finds it: source, delivery, destination. */
function targetOf(arn: string): string | undefined {
  const source = sources.find((each) => each.resourceArns?.includes(arn) && each.logType === "USAGE_LOGS");
  const delivery = deliveries.find((each) => each.deliverySourceName === source?.name);
  const destination = destinations.find((each) => each.arn === delivery?.deliveryDestinationArn);
  return destination?.deliveryDestinationConfiguration?.destinationResourceArn;
}

describe("deliveries", () => {
  it.each([
    [
      "analyst",
      (id: string) =>
        `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/aws/vendedlogs/bedrock-agentcore/code-interpreter/USAGE_LOGS/${id}:*`,
    ],
    ["renamed", () => `arn:aws:logs:us-east-1:${ACCOUNT}:log-group:/team/sandboxes/usage:*`],
    ["archive", () => "arn:aws:s3:::ledger-usage-111122223333/agentcore"],
  ])("lead from %s to where its usage logs go", (name, wanted) => {
    expect(targetOf(named(name).arn)).toBe(wanted(named(name).id));
  });

  it("of an interpreter without usage logs are none, and one stays when its group is deleted", async () => {
    expect(targetOf(named("dark").arn)).toBeUndefined();
    expect(targetOf(named("deleted").arn)).toContain(named("deleted").id);
    const { logGroups = [] } = await logs.send(new DescribeLogGroupsCommand({}));
    const names = logGroups.map(({ logGroupName }) => logGroupName);
    expect(names).toContain("/team/sandboxes/usage");
    expect(names.some((name) => name?.includes("deleted"))).toBe(false);
    expect(logGroups.filter(({ retentionInDays }) => retentionInDays === 1)).toHaveLength(1);
  });

  it("are found by source and by name, and refuse a token that is none", async () => {
    const [{ deliverySourceName = "" } = {}] = deliveries;
    const { deliveries: found } = await logs.send(
      new DescribeDeliveriesCommand({ deliverySourceNames: [deliverySourceName] }),
    );
    expect(found).toHaveLength(1);
    expect(await refusalOf(logs.send(new DescribeDeliveriesCommand({ nextToken: "nonsense" })))).toMatchObject({
      name: "ValidationException",
    });
    expect(await refusalOf(logs.send(new DescribeDeliveriesCommand({ limit: 51 })))).toMatchObject({ status: 400 });
  });
});

it("reads no event of a group that is locked or deleted", async () => {
  const read = (name: string) => {
    const delivery = named(name).usageLogs;
    if (delivery?.to !== "log-group") throw new Error(`${name} delivers to no log group`);
    return refusalOf(logs.send(new FilterLogEventsCommand({ logGroupName: delivery.logGroup })));
  };
  expect(await read("locked")).toMatchObject({ name: "AccessDeniedException", status: 400 });
  expect(await read("deleted")).toMatchObject({ name: "ResourceNotFoundException" });
});

it("tells the tags of custom interpreters", async () => {
  const control = new BedrockAgentCoreControlClient({ endpoint: aws.url, ...clientOptions(ACCOUNT, REGION) });
  const tagsOf = (resourceArn: string) => control.send(new ListTagsForResourceCommand({ resourceArn }));
  expect((await tagsOf(named("analyst").arn)).tags).toEqual({
    team: "finance",
    env: "prod",
    "cost-center": "cc-finance",
  });
  expect((await tagsOf(named("locked").arn)).tags).toEqual({});
  expect(await refusalOf(tagsOf(`${named("locked").arn}x`))).toMatchObject({
    name: "ResourceNotFoundException",
    status: 404,
  });
  expect(await refusalOf(tagsOf("arn:aws:s3:::bucket-of-somebody"))).toMatchObject({ name: "ValidationException" });
});
