import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { codeInterpreterPrices } from "../../core/billing/code-interpreter-prices.ts";
import { environmentNames } from "../../functions/environment.ts";
import { ofType, one, synthesize, variablesOf } from "./stack.ts";
import type { Graph, StackResource } from "./synth/graph.ts";

let ci: Graph;
let production: Graph;
beforeAll(async () => {
  [ci, production] = await Promise.all([
    synthesize("ci"),
    synthesize("production", { SANDMETER_REGIONS: "us-west-2,eu-west-1", SANDMETER_EVERY_MINUTES: "10" }),
  ]);
});

const lambda = (graph: Graph) => one(graph, "aws:lambda/function:Function", "ScanHandlerFunction");
const accounts = (graph: Graph) => one(graph, "aws:lambda/function:Function", "AccountsHandlerFunction");
/** What the stack and Lambda set, without SST's own, for links, of which there are none. */
const givenTo = (item: StackResource): readonly string[] =>
  ["AWS_REGION", "LAMBDA_TASK_ROOT", ...Object.keys(variablesOf(item))]
    .filter((name) => !name.startsWith("SST_"))
    .toSorted();
const failures = (graph: Graph) => one(graph, "aws:sqs/queue:Queue", "FailuresQueue");

describe("the scan's function", () => {
  it("and that of the accounts are the only ones", () => {
    expect(ofType(ci, "aws:lambda/function:Function").map((item) => item.name)).toEqual([
      "AccountsHandlerFunction",
      "ScanHandlerFunction",
    ]);
    expect(ci.builds.map((build) => build.handler).toSorted()).toEqual([
      "functions/accounts.handler",
      "functions/scan.handler",
    ]);
  });

  it("runs on Node 24 and arm64, logs JSON for a month, one at a time", () => {
    expect(lambda(ci).inputs).toMatchObject({
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 512,
      reservedConcurrentExecutions: 1,
      loggingConfig: { logFormat: "JSON", logGroup: "/sandmeter/ci/scan" },
    });
    expect(one(ci, "aws:cloudwatch/logGroup:LogGroup", "ScanLogs").inputs).toEqual({
      name: "/sandmeter/ci/scan",
      retentionInDays: 30,
    });
  });

  it("is given every variable that it reads, and reads every variable that it is given", () => {
    expect(givenTo(lambda(ci))).toEqual(environmentNames.scan.toSorted());
  });

  it("scans the Region it lives in unless others are named", () => {
    expect(variablesOf(lambda(ci))["SANDMETER_REGIONS"]).toBe("us-east-1");
    expect(variablesOf(lambda(production))["SANDMETER_REGIONS"]).toBe("eu-west-1,us-west-2");
  });
});

describe("the function of the accounts", () => {
  it("has a schedule, a log, a role and time of its own", async () => {
    expect(accounts(ci).inputs).toMatchObject({
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      memorySize: 1024,
      timeout: 890,
      reservedConcurrentExecutions: 1,
      loggingConfig: { logFormat: "JSON", logGroup: "/sandmeter/ci/accounts" },
    });
    const schedule = (graph: Graph) => one(graph, "aws:scheduler/schedule:Schedule", "AccountsSchedule").inputs;
    expect(schedule(ci)).toMatchObject({
      scheduleExpression: "rate(15 minutes)",
      target: {
        arn: expect.stringContaining(":function:sandmeter-ci-AccountsHandlerFunction"),
        input: '{"scheduledAt":"<aws.scheduler.scheduled-time>"}',
        deadLetterConfig: { arn: expect.stringContaining("FailuresQueue") },
        retryPolicy: { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 2700 },
      },
    });
    const hourly = await synthesize("ci", { SANDMETER_ACCOUNTS_EVERY_MINUTES: "60" });
    expect(schedule(hourly)).toMatchObject({ scheduleExpression: "rate(60 minutes)" });
    expect(accounts(hourly).inputs["timeout"]).toBe(900);
  });

  it("is given every variable that it reads, and reads every variable that it is given", () => {
    expect(givenTo(accounts(ci))).toEqual(environmentNames.accounts.toSorted());
    expect(variablesOf(accounts(ci))["SANDMETER_HISTORY_BUCKET"]).toBe(
      one(ci, "aws:s3/bucket:Bucket", "HistoryBucket").inputs["bucket"],
    );
  });

  it("keeps to the share of the request rate together with the scan", async () => {
    const shares = (graph: Graph) =>
      [lambda(graph), accounts(graph)].map((it) => Number(variablesOf(it)["SANDMETER_RATE_SHARE"]));
    expect(shares(ci)).toEqual([0.15, 0.05]);
    const third = await synthesize("ci", { SANDMETER_RATE_SHARE: "0.33" });
    expect(shares(third)).toEqual([0.2475, 0.0825]);
  });
});

describe("the history", () => {
  const bucket = (graph: Graph) => one(graph, "aws:s3/bucket:Bucket", "HistoryBucket");

  it("is a bucket that is encrypted, without versions, closed to the public and to plain HTTP", () => {
    expect(
      one(ci, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "HistoryPublicAccessBlock").inputs,
    ).toEqual({
      bucket: bucket(ci).inputs["bucket"],
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const [encryption] = ofType(
      ci,
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    );
    expect(encryption?.inputs["rules"]).toEqual([{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }]);
    expect(ofType(ci, "aws:s3/bucketVersioning:BucketVersioning")).toEqual([]);
    expect(ofType(ci, "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration")).toEqual([]);
    const policy = JSON.parse(String(one(ci, "aws:s3/bucketPolicy:BucketPolicy", "HistoryPolicy").inputs["policy"]));
    expect(policy.Statement).toMatchObject([
      { Effect: "Deny", Action: ["s3:*"], Condition: { Bool: { "aws:SecureTransport": ["false"] } } },
    ]);
  });

  it("outlives the stack in production, and goes with all its files elsewhere", () => {
    expect(bucket(production)).toMatchObject({ retainOnDelete: true, inputs: { forceDestroy: false } });
    expect(bucket(ci).retainOnDelete).toBeUndefined();
    expect(bucket(ci).inputs["forceDestroy"]).toBe(true);
  });
});

describe("the schedule", () => {
  it("runs the scan every five minutes, and hands it the time that it was due", () => {
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
    expect(
      one(ci, "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", "ScanHandlerEventInvokeConfig").inputs,
    ).toMatchObject({
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

describe("the functions' code", () => {
  const build = (name: string) => ci.builds.find(({ handler }) => handler === `functions/${name}.handler`);
  const roomsOf = (name: string): readonly string[] => {
    const rooms = build(name)?.sources.map((file) =>
      file
        .split("/")
        .slice(0, file.startsWith("adapters/") ? 2 : 1)
        .join("/"),
    );
    return [...new Set(rooms)].toSorted();
  };

  it("holds what each needs, and neither the command line, the embedded AWS, SQLite nor SST", () => {
    expect(roomsOf("scan")).toEqual(["adapters/aws", "adapters/config", "adapters/dynamodb", "core", "functions"]);
    expect(roomsOf("accounts")).toEqual([
      ...["adapters/aws", "adapters/config", "adapters/dynamodb", "adapters/files", "adapters/history"],
      ...["core", "functions"],
    ]);
    for (const { packages, links } of ci.builds) {
      expect(packages.filter((name) => /^(sst|commander|yaml|string-width|leven|@pulumi)/.test(name))).toEqual([]);
      // Everything is passed by environment: a link would grant all actions on the resource.
      expect(links).toEqual([]);
    }
    // A scan needs no rules, so it does without the engine of their patterns.
    expect(build("scan")?.packages).not.toContain("re2js");
  });

  it("is small enough to start in a moment", () => {
    // 2.3 and 2.7 MB at the time of writing, nearly all of it SDK clients: they are bundled although the runtime has some, so
    // that what was tested is what runs. One that a function does not use is in the file, and is never run.
    expect(build("scan")?.bytes).toBeLessThan(2_400_000);
    expect(build("accounts")?.bytes).toBeLessThan(2_900_000);
  });

  it("has the configuration beside it, with every price", () => {
    const copied = ci.builds.map((it) => it.copied);
    expect(copied).toEqual([copied[0], copied[0]]);
    const [file] = copied[0] ?? [];
    expect(file?.to).toBe("sandmeter.json");
    const { prices, ...rest } = JSON.parse(readFileSync(file?.from ?? "", "utf8"));
    expect(prices).toHaveLength(codeInterpreterPrices.length);
    expect(rest).toEqual({ usage: {}, attribution: [], budgets: [] });
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
