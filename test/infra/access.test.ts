import { beforeAll, describe, expect, it } from "vitest";
import { monitorStatements, policyDocument } from "../../infra/access.ts";
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
const failures = (graph: Graph) => one(graph, "aws:sqs/queue:Queue", "FailuresQueue");

describe("the scan's role", () => {
  it("allows exactly what infra/access.ts declares", () => {
    const own = {
      homeRegion: "us-east-1",
      tableArn: one(production, "aws:dynamodb/table:Table", "StateTable").id,
      deadLetterArn: String(failures(production).inputs["name"]),
      logGroupArn: "/sandmeter/production/scan",
    };
    const declared = monitorStatements(
      { partition: "aws", account: "111122223333", regions: ["eu-west-1", "us-west-2"] },
      {
        ...own,
        tableArn: `arn:aws:dynamodb:us-east-1:111122223333:table/${own.tableArn}`,
        deadLetterArn: `arn:aws:sqs:us-east-1:111122223333:${own.deadLetterArn}`,
        logGroupArn: `arn:aws:logs:us-east-1:111122223333:log-group:${own.logGroupArn}`,
      },
    );
    const document = policyDocument(declared.map(({ sid: _, ...statement }) => ({ ...statement, sid: "" })));
    const expected = (document["Statement"] as { Sid: string }[]).map(({ Sid: _, ...statement }) => statement);
    expect(statementsOf(role(production))).toEqual(expected);
    expect(role(production).inputs["managedPolicyArns"] ?? []).toEqual([]);
  });

  it("reads AgentCore and does nothing else to it", () => {
    const actions = ofType(ci, "aws:iam/role:Role").flatMap((item) => allowedActions(item));
    expect(actions.filter((action) => action.startsWith("bedrock-agentcore:"))).toEqual([
      "bedrock-agentcore:GetCodeInterpreterSession",
      "bedrock-agentcore:ListCodeInterpreterSessions",
      "bedrock-agentcore:ListCodeInterpreters",
    ]);
    expect(actions.filter((action) => action.includes("*"))).toEqual([]);
    const denied = statementsOf(role(ci)).filter((statement) => statement.Effect === "Deny");
    expect(denied.flatMap((statement) => statement.Action)).toContain("bedrock-agentcore:StopCodeInterpreterSession");
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
    const [policy] = role(graph).inputs["inlinePolicies"] as { policy: string }[];
    // IAM counts characters without white space: 10 240 for all inline policies of a role (IAM quotas, read in November 2026).
    expect(policy?.policy.length).toBeLessThan(10_240);
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
    expect(ofType(ci, "aws:iam/role:Role")).toHaveLength(2);
  });
});
