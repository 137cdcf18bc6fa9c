import { DescribeDeliveriesCommand, GetQueryResultsCommand, StartQueryCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { costsFrom, groupBy } from "./bill.ts";
import { ledgerAws } from "./ledger-clients.ts";
import { refusalOf, START } from "./local-aws.ts";

const aws = await ledgerAws("ledger");
aws.advance(3 * 86_400_000);
const list = () => aws.s3().send(new ListObjectsV2Command({ Bucket: "ledger-usage-111122223333" }));

async function during<T>(fault: object, act: () => Promise<T>): Promise<T> {
  const to = `${aws.url}/_local/faults`;
  const added = await fetch(to, { method: "POST", body: JSON.stringify({ faults: [fault] }) });
  expect(added.status).toBe(200);
  try {
    return await act();
  } finally {
    await fetch(to, { method: "DELETE" });
  }
}

describe("faults on the way to costs", () => {
  it.each([
    [{ kind: "throttle", operation: "ListObjectsV2" }, "SlowDown", 503],
    [{ kind: "access-denied", operation: "ListObjectsV2" }, "AccessDenied", 403],
    [{ kind: "error", operation: "ListObjectsV2" }, "InternalError", 500],
  ])("%j is S3's own error", async (fault, name, status) => {
    expect(await during(fault, () => refusalOf(list()))).toMatchObject({ name, status });
    await list();
  });

  it("throttle is Cost Explorer's limit", async () => {
    const refused = await during({ kind: "throttle", operation: "GetCostAndUsage" }, () =>
      refusalOf(costsFrom(aws.costs())),
    );
    expect(refused).toMatchObject({ name: "LimitExceededException", status: 400 });
  });

  it("empty pages come before the pages of costs and of deliveries", async () => {
    const ask = (NextPageToken?: string) => costsFrom(aws.costs(), { GroupBy: groupBy("REGION"), NextPageToken });
    await during({ kind: "empty-page", operation: "GetCostAndUsage" }, async () => {
      const empty = await ask();
      expect(empty.ResultsByTime).toEqual([]);
      expect((await ask(empty.NextPageToken)).ResultsByTime).toHaveLength(6);
    });
    await during({ kind: "empty-page", operation: "DescribeDeliveries" }, async () => {
      const empty = await aws.logs().send(new DescribeDeliveriesCommand({}));
      expect([empty.deliveries, typeof empty.nextToken]).toEqual([[], "string"]);
      const { deliveries = [] } = await aws.logs().send(new DescribeDeliveriesCommand({ nextToken: empty.nextToken }));
      expect(deliveries.length).toBeGreaterThan(5);
    });
  });

  it("an unknown status of a query is one that no model lists", async () => {
    const endTime = Math.floor(START / 1000);
    const { queryId } = await aws
      .logs()
      .send(
        new StartQueryCommand({ logGroupName: "/team/sandboxes/usage", startTime: 0, endTime, queryString: "limit 1" }),
      );
    const answer = await during({ kind: "unknown-status", operation: "GetQueryResults" }, () =>
      aws.logs().send(new GetQueryResultsCommand({ queryId })),
    );
    expect(answer.status).toBe("HIBERNATING");
  });

  it.each(["GetCostAndUsage", "GetObject", "ListObjectsV2"])(
    "empty-region, which %s would never show, is refused",
    async (operation) => {
      const body = JSON.stringify({ faults: [{ kind: "empty-region", operation }] });
      expect((await fetch(`${aws.url}/_local/faults`, { method: "POST", body })).status).toBe(400);
    },
  );
});
