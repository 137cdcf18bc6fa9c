import { beforeAll, describe, expect, it } from "vitest";
import { environmentNames } from "../../functions/environment.ts";
import { ofType, one, synthesize, variablesOf } from "./stack.ts";
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
    [1, "rate(1 minute)", 120],
    [5, "rate(5 minutes)", 290],
    [10, "rate(10 minutes)", 590],
    [60, "rate(60 minutes)", 900],
  ])("of %d minutes is %s, with a pass ended by the time after %d seconds", async (minutes, expression, timeout) => {
    const known = minutes === 5 ? ci : minutes === 10 ? production : null;
    const graph = known ?? (await synthesize("ci", { SANDMETER_EVERY_MINUTES: String(minutes) }));
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

describe("the function's code", () => {
  it("holds what the scan needs, and neither the command line, the embedded AWS, SQLite nor SST", () => {
    const [build] = ci.builds;
    const rooms = new Set(
      build?.sources.map((file) =>
        file
          .split("/")
          .slice(0, file.startsWith("adapters/") ? 2 : 1)
          .join("/"),
      ),
    );
    expect([...rooms].toSorted()).toEqual(["adapters/aws", "adapters/dynamodb", "core", "functions"]);
    expect(build?.packages.filter((name) => /^(sst|commander|yaml|string-width|@pulumi)/.test(name))).toEqual([]);
    // Everything is passed by environment: a link would grant all actions on the resource.
    expect(build?.links).toEqual([]);
  });

  it("is small enough to start in a moment", () => {
    // 1.15 MB at the time of writing, nearly all of it the seven SDK clients: they are bundled although the runtime has some,
    // so that what was tested is what runs.
    expect(ci.builds[0]?.bytes).toBeLessThan(1_400_000);
  });
});

describe("a wrong setting", () => {
  it("stops the deployment before anything is made, with every problem named", async () => {
    const attempt = synthesize("ci", { SANDMETER_RATE_SHARE: "2", SANDMETER_REGION: "eu-west-1" });
    await expect(attempt).rejects.toThrow(
      /SANDMETER_REGION is not a setting[\s\S]*SANDMETER_RATE_SHARE must be a number above 0/,
    );
  });
});
