import { beforeAll, describe, expect, it } from "vitest";
import { accountsStatements, monitorStatements } from "../../infra/access.ts";
import { policyDocument, type Statement } from "../../infra/statement.ts";
import { allowedActions, ofType, one, statementsOf, synthesize, trustOf } from "./stack.ts";
import type { Graph } from "./synth/graph.ts";

let ci: Graph;
let production: Graph;
beforeAll(async () => {
  [ci, production] = await Promise.all([
    synthesize("ci"),
    synthesize("production", { SANDMETER_REGIONS: "us-west-2,eu-west-1" }),
  ]);
});

const role = (graph: Graph) => one(graph, "aws:iam/role:Role", "ScanHandlerRole");
const accountsRole = (graph: Graph) => one(graph, "aws:iam/role:Role", "AccountsHandlerRole");
const failures = (graph: Graph) => one(graph, "aws:sqs/queue:Queue", "FailuresQueue");

const place = { partition: "aws", account: "111122223333", regions: ["eu-west-1", "us-west-2"] };
const resourcesOf = (job: string) => ({
  homeRegion: "us-east-1",
  tableArn: `arn:aws:dynamodb:us-east-1:111122223333:table/${one(production, "aws:dynamodb/table:Table", "StateTable").id}`,
  deadLetterArn: `arn:aws:sqs:us-east-1:111122223333:${String(failures(production).inputs["name"])}`,
  logGroupArn: `arn:aws:logs:us-east-1:111122223333:log-group:/sandmeter/production/${job}`,
});
/** As SST writes it, which knows no names of statements. */
const withoutNames = (declared: readonly Statement[]) =>
  (policyDocument(declared)["Statement"] as { Sid: string }[]).map(({ Sid: _, ...statement }) => statement);

describe("the scan's role", () => {
  it("allows exactly what infra/access.ts declares", () => {
    expect(statementsOf(role(production))).toEqual(withoutNames(monitorStatements(place, resourcesOf("scan"))));
    expect(role(production).inputs["managedPolicyArns"] ?? []).toEqual([]);
  });

  it("reads AgentCore and does nothing else to it", () => {
    const actions = allowedActions(role(ci));
    expect(actions.filter((action) => action.startsWith("bedrock-agentcore:"))).toEqual([
      "bedrock-agentcore:GetCodeInterpreterSession",
      "bedrock-agentcore:ListCodeInterpreterSessions",
      "bedrock-agentcore:ListCodeInterpreters",
    ]);
  });

  it("names resources wherever the service lets it, and conditions where it does not", () => {
    for (const statement of statementsOf(role(ci))) {
      if (statement.Effect === "Deny" || !statement.Resource.includes("*")) continue;
      expect(statement.Action.join()).toMatch(/ListCodeInterpreters|servicequotas|PutMetricData/);
      expect(statement.Condition).toBeDefined();
    }
  });

  it("covers the interpreter of AWS and the account's own, in the scanned Regions only", () => {
    const sessions = statementsOf(role(production)).find((item) =>
      item.Action.includes("bedrock-agentcore:ListCodeInterpreterSessions"),
    );
    expect(sessions?.Resource).toEqual([
      "arn:aws:bedrock-agentcore:eu-west-1:111122223333:code-interpreter-custom/*",
      "arn:aws:bedrock-agentcore:us-west-2:111122223333:code-interpreter-custom/*",
      "arn:aws:bedrock-agentcore:eu-west-1:aws:code-interpreter/aws.codeinterpreter.v1",
      "arn:aws:bedrock-agentcore:us-west-2:aws:code-interpreter/aws.codeinterpreter.v1",
    ]);
  });

  it("fits into an inline policy even when every Region is named", async () => {
    const regions = Array.from({ length: 20 }, (_, index) =>
      `ap-southeast-${index % 9}`.replace("ap", `a${String.fromCharCode(97 + index)}`),
    );
    const graph = await synthesize("ci", { SANDMETER_REGIONS: regions.join(",") });
    for (const of of [role, accountsRole]) {
      const [policy] = of(graph).inputs["inlinePolicies"] as { policy: string }[];
      // IAM counts characters without white space: 10 240 for all inline policies of a role (IAM quotas, read in November 2026).
      expect(policy?.policy.length).toBeLessThan(10_240);
    }
  });

  it("can be taken by Lambda alone; the scheduler's by this account's schedules alone", () => {
    expect(trustOf(role(ci))).toEqual([{ Principal: { Service: "lambda.amazonaws.com" } }]);
    const scheduler = one(ci, "aws:iam/role:Role", "ScanRole");
    expect(trustOf(scheduler)).toEqual([
      {
        Principal: { Service: ["scheduler.amazonaws.com"] },
        Condition: { StringEquals: { "aws:SourceAccount": ["111122223333"] } },
      },
    ]);
    expect(allowedActions(scheduler)).toEqual(["lambda:InvokeFunction", "sqs:SendMessage"]);
  });
});

describe("the role of what keeps accounts", () => {
  it("allows exactly what infra/access.ts declares", () => {
    const history = String(one(production, "aws:s3/bucket:Bucket", "HistoryBucket").inputs["bucket"]);
    const declared = accountsStatements(
      place,
      { ...resourcesOf("accounts"), historyArn: `arn:aws:s3:::${history}` },
      { logGroups: ["/aws/vendedlogs/bedrock-agentcore/*"], buckets: [], trailBucket: null },
    );
    expect(statementsOf(accountsRole(production))).toEqual(withoutNames(declared));
    expect(accountsRole(production).inputs["managedPolicyArns"] ?? []).toEqual([]);
  });

  it("names resources wherever the service lets it, and the Region where it does not", () => {
    for (const statement of statementsOf(accountsRole(ci))) {
      if (statement.Effect === "Deny" || !statement.Resource.some((arn) => /^\*|:logs:\*/.test(arn))) continue;
      expect(statement.Action.join()).toMatch(/ListCodeInterpreters|^logs:|ListMetrics/);
      expect(statement.Condition).toEqual({ StringEquals: { "aws:RequestedRegion": ["us-east-1"] } });
    }
  });

  it("reads the bucket of the trail that the configuration names, and can not be told to write to it", () => {
    const own = { ...resourcesOf("accounts"), historyArn: "arn:aws:s3:::history" };
    const usage = { logGroups: [], buckets: [], trailBucket: "my-trail" };
    const found = accountsStatements(place, own, usage).filter(({ resources }) =>
      resources.some((arn) => arn.includes("my-trail")),
    );
    expect(found).toEqual([
      {
        sid: "ReadTrail",
        effect: "allow",
        actions: ["s3:GetObject", "s3:ListBucket"],
        resources: ["arn:aws:s3:::my-trail", "arn:aws:s3:::my-trail/*"],
      },
    ]);
  });

  it("reads no log group and no bucket but those of usage records, and those that are named", async () => {
    const graph = await synthesize("ci", {
      SANDMETER_USAGE_LOG_GROUPS: "/team/usage,/aws/vendedlogs/bedrock-agentcore/*",
      SANDMETER_USAGE_BUCKETS: "my-usage",
    });
    const resourcesFor = (action: string, item: Graph) =>
      statementsOf(accountsRole(item))
        .filter((statement) => statement.Effect === "Allow" && statement.Action.includes(action))
        .flatMap(({ Resource }) => Resource);
    const group = "arn:aws:logs:*:111122223333:log-group";
    expect(resourcesFor("logs:FilterLogEvents", graph)).toEqual([
      `${group}:/aws/vendedlogs/bedrock-agentcore/*`,
      `${group}:/team/usage:*`,
    ]);
    expect(resourcesFor("s3:GetObject", graph).filter((arn) => !arn.includes("historybucket"))).toEqual([
      "arn:aws:s3:::my-usage",
      "arn:aws:s3:::my-usage/*",
    ]);
    expect(resourcesFor("s3:PutObject", graph)).toEqual(resourcesFor("s3:PutObject", ci));
    expect(resourcesFor("s3:PutObject", ci)).toHaveLength(2);
  });

  it("has a schedule's role of its own", () => {
    const scheduler = one(ci, "aws:iam/role:Role", "AccountsRole");
    expect(allowedActions(scheduler)).toEqual(["lambda:InvokeFunction", "sqs:SendMessage"]);
    expect(trustOf(accountsRole(ci))).toEqual([{ Principal: { Service: "lambda.amazonaws.com" } }]);
  });
});

describe("all roles together", () => {
  it("are four, with no wildcard among their actions, and none that acts on a sandbox", () => {
    const roles = ofType(ci, "aws:iam/role:Role");
    expect(roles).toHaveLength(4);
    const actions = roles.flatMap((item) => allowedActions(item));
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    expect(actions.filter((action) => /bedrock-agentcore:(?!Get|List)/.test(action))).toEqual([]);
    for (const item of [role(ci), accountsRole(ci)]) {
      const denied = statementsOf(item).filter((statement) => statement.Effect === "Deny");
      expect(denied.flatMap((statement) => statement.Action)).toContain("bedrock-agentcore:StopCodeInterpreterSession");
    }
  });
});
