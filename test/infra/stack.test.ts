import { beforeAll, describe, expect, it } from "vitest";
import { environmentNames } from "../../functions/environment.ts";
import { monitorStatements, policyDocument } from "../../infra/access.ts";
import { allowedActions, ofType, one, principalsOf, statementsOf, synthesize, variablesOf } from "./stack.ts";
import type { Graph } from "./synth/graph.ts";

let ci: Graph;
let production: Graph;
beforeAll(async () => {
  [ci, production] = await Promise.all([
    synthesize("ci"),
    synthesize("production", { SANDMETER_REGIONS: "us-west-2,eu-west-1", SANDMETER_EVERY_MINUTES: "10" }),
  ]);
});

const lambda = (graph: Graph) => one(graph, "aws:lambda/function:Function", "ScanHandlerFunction");
const role = (graph: Graph) => one(graph, "aws:iam/role:Role", "ScanHandlerRole");
const failures = (graph: Graph) => one(graph, "aws:sqs/queue:Queue", "FailuresQueue");

describe("the scan's function", () => {
  it("is the only one", () => {
    expect(ofType(ci, "aws:lambda/function:Function").map((item) => item.name)).toEqual(["ScanHandlerFunction"]);
    expect(ci.builds.map((build) => build.handler)).toEqual(["functions/scan.handler"]);
  });

  it("runs on Node 24 and arm64, logs JSON for a month, one at a time", () => {
    expect(lambda(ci).inputs).toMatchObject({
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 512,
      reservedConcurrentExecutions: 1,
      loggingConfig: { logFormat: "JSON", logGroup: "/sandmeter/ci/scan" },
    });
    expect(ofType(ci, "aws:cloudwatch/logGroup:LogGroup").map((item) => item.inputs)).toEqual([
      { name: "/sandmeter/ci/scan", retentionInDays: 30 },
    ]);
  });

  it("is given every variable that it reads, and reads every variable that it is given", () => {
    // SST's own, for links, of which there are none; and the one that Lambda sets.
    const given = Object.keys(variablesOf(lambda(ci))).filter((name) => !name.startsWith("SST_"));
    expect([...given, "AWS_REGION"].toSorted()).toEqual(environmentNames.toSorted());
  });

  it("scans the Region it lives in unless others are named", () => {
    expect(variablesOf(lambda(ci))["SANDMETER_REGIONS"]).toBe("us-east-1");
    expect(variablesOf(lambda(production))["SANDMETER_REGIONS"]).toBe("eu-west-1,us-west-2");
  });
});

describe("the schedule", () => {
  it("runs the scan every five minutes, and hands it the time that it was due", () => {
    expect(ofType(ci, "aws:scheduler/schedule:Schedule")).toHaveLength(1);
    expect(one(ci, "aws:scheduler/schedule:Schedule", "ScanSchedule").inputs).toMatchObject({
      scheduleExpression: "rate(5 minutes)",
      state: "ENABLED",
      target: {
        arn: expect.stringContaining(":function:sandmeter-ci-ScanHandlerFunction"),
        input: '{"scheduledAt":"<aws.scheduler.scheduled-time>"}',
      },
    });
  });

  it.each([
    ["1", "rate(1 minute)", 120],
    ["5", "rate(5 minutes)", 290],
    ["10", "rate(10 minutes)", 590],
    ["60", "rate(60 minutes)", 900],
  ])("of %s minutes is %s, with a pass ended by the time after %d seconds", async (minutes, expression, timeout) => {
    const graph = await synthesize("ci", { SANDMETER_EVERY_MINUTES: minutes });
    expect(one(graph, "aws:scheduler/schedule:Schedule", "ScanSchedule").inputs["scheduleExpression"]).toBe(expression);
    expect(lambda(graph).inputs["timeout"]).toBe(timeout);
  });

  it("keeps what could not be delivered, and what the function could not do, in the queue of failures", () => {
    const arn = `arn:aws:sqs:us-east-1:111122223333:${String(failures(ci).inputs["name"])}`;
    expect(one(ci, "aws:scheduler/schedule:Schedule", "ScanSchedule").inputs).toMatchObject({
      target: { deadLetterConfig: { arn }, retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 900 } },
    });
    expect(ofType(ci, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")[0]?.inputs).toMatchObject({
      functionName: lambda(ci).inputs["name"],
      maximumRetryAttempts: 2,
      maximumEventAgeInSeconds: 900,
      destinationConfig: { onFailure: { destination: arn } },
    });
    expect(failures(ci).inputs).toMatchObject({ messageRetentionSeconds: 1_209_600, sqsManagedSseEnabled: true });
  });
});

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
      "bedrock-agentcore:GetCodeInterpreter",
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

  it("can be taken by Lambda alone; the scheduler's by the scheduler alone", () => {
    expect(principalsOf(role(ci))).toEqual([{ Service: "lambda.amazonaws.com" }]);
    expect(principalsOf(one(ci, "aws:iam/role:Role", "ScanRole"))).toEqual([{ Service: "scheduler.amazonaws.com" }]);
    expect(ofType(ci, "aws:iam/role:Role")).toHaveLength(2);
    expect(allowedActions(one(ci, "aws:iam/role:Role", "ScanRole"))).toEqual([
      "lambda:InvokeFunction",
      "sqs:SendMessage",
    ]);
  });
});

describe("the state", () => {
  const table = (graph: Graph) => one(graph, "aws:dynamodb/table:Table", "StateTable");

  it("is one table, billed by request, recoverable to the second, that forgets by itself", () => {
    expect(ofType(ci, "aws:dynamodb/table:Table")).toHaveLength(1);
    expect(table(ci).inputs).toMatchObject({
      hashKey: "pk",
      rangeKey: "sk",
      billingMode: "PAY_PER_REQUEST",
      pointInTimeRecovery: { enabled: true },
      ttl: { attributeName: "expiresAt", enabled: true },
    });
  });

  it("outlives the stack in production, and goes with it elsewhere", () => {
    expect(production.app).toMatchObject({ removal: "retain", protect: true });
    expect(table(production).retainOnDelete).toBe(true);
    expect(table(production).inputs["deletionProtectionEnabled"]).toBe(true);
    expect(ci.app).toMatchObject({ removal: "remove", protect: false });
    expect(table(ci).retainOnDelete).toBeUndefined();
    expect(table(ci).inputs["deletionProtectionEnabled"]).toBe(false);
  });
});

describe("a wrong setting", () => {
  it("stops the deployment before anything is made, with every problem named", async () => {
    const attempt = synthesize("ci", { SANDMETER_RATE_SHARE: "2", SANDMETER_REGION: "eu-west-1" });
    await expect(attempt).rejects.toThrow(
      /SANDMETER_REGION is not a setting[\s\S]*SANDMETER_RATE_SHARE must be at most 1/,
    );
  });
});
