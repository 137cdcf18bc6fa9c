import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { iamActionOf } from "../../adapters/aws/iam-actions.ts";

const root = path.resolve(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(path.join(root, file), "utf8");
const guide = read("docs/deploy.md");

/** Every operation for which a command is made; a deployment's table is read only, and only where it is named. */
const operations = [
  ...new Set(
    globSync("adapters/{aws,files,history}/*.ts", { cwd: root }).flatMap((file) =>
      [...read(file).matchAll(/\b([A-Z]\w+)Command\b/g)].map((match) => match[1] ?? ""),
    ),
  ),
].toSorted();
const policy = JSON.parse(read("docs/iam/reader-policy.json")) as {
  readonly Statement: readonly { readonly Sid: string; readonly Action: readonly string[] }[];
};
const granted = policy.Statement.flatMap((statement) => statement.Action);

/** The rows of the table whose first column is called so. */
const rowsUnder = (title: string): readonly string[] => {
  const lines = guide.split(`\n| ${title} |`)[1]?.split("\n").slice(2) ?? [];
  return lines.slice(
    0,
    lines.findIndex((line) => !line.startsWith("|")),
  );
};
const actionsOf = (rows: readonly string[]): readonly string[] =>
  rows.flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([\w:-]+)`/g)].map((match) => match[1] ?? ""));

describe("the reader's policy", () => {
  const toAdd = actionsOf(rowsUnder("Actions"));
  const free = "sts:GetCallerIdentity";

  it("has the action of every operation, but those that docs/deploy.md says to add", () => {
    expect(operations).toEqual(
      expect.arrayContaining([
        ...["DescribeDeliveries", "DescribeDeliverySources", "DescribeDeliveryDestinations", "FilterLogEvents"],
        ...["StartQuery", "GetQueryResults", "GetMetricData", "ListTagsForResource", "GetObject", "ListObjectsV2"],
        ...["GetCostAndUsage", "GetServiceQuota"],
      ]),
    );
    const needed = operations.map(iamActionOf);
    expect(needed.filter((action) => ![...granted, ...toAdd, free].includes(action))).toEqual([]);
    expect(guide).toContain(`\`${free}\`, by which`);
  });

  it("has no action, and docs/deploy.md adds none, that nothing asks for", () => {
    const needed = operations.map(iamActionOf);
    expect(granted.filter((action) => !needed.includes(action))).toEqual([]);
    // A key of the user's own is used by the services, not by us.
    const ofTable = ["dynamodb:GetItem", "dynamodb:Query"];
    expect(toAdd.filter((action) => !needed.includes(action))).toEqual([...ofTable, "kms:Decrypt"]);
    expect(toAdd.filter((action) => granted.includes(action))).toEqual([]);
  });

  it("has statements that docs/deploy.md explains one by one", () =>
    expect(actionsOf(rowsUnder("Statements")).toSorted()).toEqual(policy.Statement.map(({ Sid }) => Sid).toSorted()));
});
