import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { metricCatalogue } from "../../core/reporting/metric-catalogue.ts";
import { accountsStatements, monitorStatements, readerStatements } from "../../infra/access.ts";
import { stopperStatements } from "../../infra/access-stopper.ts";
import { usualUsageGroups } from "../../infra/access-usage.ts";
import { settingNames } from "../../infra/settings.ts";
import { policyDocument } from "../../infra/statement.ts";

const docs = path.resolve(import.meta.dirname, "../../docs");
const deployGuide = readFileSync(path.join(docs, "deploy.md"), "utf8");
const printed = (name: string): unknown => JSON.parse(readFileSync(path.join(docs, "iam", name), "utf8"));

describe("the policies in docs/iam", () => {
  it("of a reader are what infra/access.ts says, for any account and Region", () => {
    const policy = policyDocument(readerStatements({ partition: "aws", account: "*", regions: "all" }));
    expect(printed("reader-policy.json")).toEqual(policy);
  });

  it("of the monitor are what infra/access.ts says, for a stage named production in us-east-1", () => {
    const policy = policyDocument(
      monitorStatements(
        { partition: "aws", account: "111122223333", regions: ["us-east-1"] },
        {
          homeRegion: "us-east-1",
          tableArn: "arn:aws:dynamodb:us-east-1:111122223333:table/sandmeter-production-StateTable",
          deadLetterArn: "arn:aws:sqs:us-east-1:111122223333:sandmeter-production-FailuresQueue",
          logGroupArn: "arn:aws:logs:us-east-1:111122223333:log-group:/sandmeter/production/scan",
        },
      ),
    );
    expect(printed("monitor-policy.json")).toEqual(policy);
  });

  it("of what keeps accounts are what infra/access.ts says, for the same stage", () => {
    const policy = policyDocument(
      accountsStatements(
        { partition: "aws", account: "111122223333", regions: ["us-east-1"] },
        {
          homeRegion: "us-east-1",
          tableArn: "arn:aws:dynamodb:us-east-1:111122223333:table/sandmeter-production-StateTable",
          deadLetterArn: "arn:aws:sqs:us-east-1:111122223333:sandmeter-production-FailuresQueue",
          logGroupArn: "arn:aws:logs:us-east-1:111122223333:log-group:/sandmeter/production/accounts",
          historyArn: "arn:aws:s3:::sandmeter-production-historybucket",
        },
        { logGroups: [usualUsageGroups], buckets: ["my-usage-logs"], trailBucket: null },
      ),
    );
    expect(printed("accounts-policy.json")).toEqual(policy);
  });

  it("of a stopper are what infra/access-stopper.ts says, and allow stopping alone, which no reader's do", () => {
    const policy = policyDocument(stopperStatements({ partition: "aws", account: "*", regions: "all" }));
    expect(printed("stopper-policy.json")).toEqual(policy);
    const actions = (name: string): readonly string[] =>
      (printed(name) as { Statement: { Effect: string; Action: string[] }[] }).Statement.flatMap(
        ({ Effect, Action }) => (Effect === "Allow" ? Action : []),
      );
    expect(actions("stopper-policy.json")).toEqual(["bedrock-agentcore:StopCodeInterpreterSession"]);
    for (const name of ["reader-policy.json", "monitor-policy.json", "accounts-policy.json"]) {
      expect(actions(name).filter((action) => /:Stop(?!Query)|:Start(?!Query)|:Invoke/.test(action))).toEqual([]);
    }
  });

  it("let a reader read, and deny nothing that its owner may do by another policy", () => {
    const statements = readerStatements({
      partition: "aws-us-gov",
      account: "111122223333",
      regions: ["us-gov-west-1"],
    });
    expect(statements.map((statement) => statement.effect)).toEqual(statements.map(() => "allow"));
    expect(
      statements
        .flatMap((statement) => statement.actions)
        .filter((action) => !/:(Get|List|Describe|Filter|StartQuery|StopQuery)/.test(action)),
    ).toEqual([]);
    expect(statements.flatMap((statement) => statement.resources)).toContain(
      "arn:aws-us-gov:bedrock-agentcore:us-gov-west-1:aws:code-interpreter/aws.codeinterpreter.v1",
    );
  });
});

describe("docs/deploy.md", () => {
  it("prints the monitor's policy", () => {
    expect(deployGuide).toContain(readFileSync(path.join(docs, "iam/monitor-policy.json"), "utf8"));
  });

  it("names every setting, and no other", () => {
    const named = [...deployGuide.matchAll(/`(SANDMETER_[A-Z_]+)`/g)].map((match) => match[1]);
    expect([...new Set(named)].toSorted()).toEqual(settingNames.toSorted());
  });

  it("counts the metrics that are paid for", () => {
    expect(deployGuide).toContain(`${Object.keys(metricCatalogue).length} custom metrics`);
  });
});
