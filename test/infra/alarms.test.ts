import { beforeAll, describe, expect, it } from "vitest";
import { accountId, region } from "../../core/kernel/ids.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { metricCatalogue, metricNamespace } from "../../core/reporting/metric-catalogue.ts";
import { textOfBody } from "../../dashboards/cloudwatch-body.ts";
import { overviewDashboard } from "../../dashboards/overview.ts";
import { ofType, one, statementsOf, synthesize, variablesOf } from "./stack.ts";
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

describe("the alarms", () => {
  const alarms = (graph: Graph) => ofType(graph, "aws:cloudwatch/metricAlarm:MetricAlarm");
  const silence = (graph: Graph) => alarms(graph).filter((alarm) => alarm.name.startsWith("Silent"));

  it("ring for silence, errors and passes given up, and tell one topic, also when it is over", () => {
    expect(alarms(ci).map((alarm) => alarm.inputs["name"])).toEqual([
      "sandmeter-ci-accounts-errors",
      "sandmeter-ci-accounts-silent",
      "sandmeter-ci-scan-errors",
      "sandmeter-ci-given-up",
      "sandmeter-ci-scan-silent",
    ]);
    const topic = [expect.stringContaining("AlarmsTopic")];
    for (const alarm of alarms(ci)) expect(alarm.inputs).toMatchObject({ alarmActions: topic, okActions: topic });
  });

  it("take silence for the worst: three periods of a Region without a complete pass", () => {
    expect(silence(production).map((alarm) => alarm.inputs)).toMatchObject(
      ["eu-west-1", "us-west-2"].map((region) => ({
        namespace: "Sandmeter",
        metricName: "ScanComplete",
        dimensions: { Account: "111122223333", Region: region },
        statistic: "Maximum",
        period: 600,
        evaluationPeriods: 3,
        datapointsToAlarm: 3,
        comparisonOperator: "LessThanThreshold",
        threshold: 1,
        treatMissingData: "breaching",
      })),
    );
  });

  it("watch the worst of all Regions where all are scanned, for one that is not enabled is silent for good", async () => {
    const graph = await synthesize("ci", { SANDMETER_REGIONS: "all" });
    const [query] = one(graph, "aws:cloudwatch/metricAlarm:MetricAlarm", "Silent").inputs["metricQueries"] as {
      expression: string;
      period: number;
    }[];
    expect(silence(graph)).toHaveLength(1);
    expect(query).toMatchObject({ expression: 'SELECT MIN(ScanComplete) FROM SCHEMA("Sandmeter", Account, Region)' });
    expect(variablesOf(lambda(graph))["SANDMETER_REGIONS"]).toBe("all");
    expect(statementsOf(role(graph)).flatMap((item) => item.Resource)).toContain(
      "arn:aws:bedrock-agentcore:ap-southeast-7:111122223333:code-interpreter-custom/*",
    );
  });

  it("name functions, queues and metrics that exist", () => {
    const dimensions = Object.fromEntries(alarms(ci).map((alarm) => [alarm.name, alarm.inputs["dimensions"]]));
    const accounts = one(ci, "aws:lambda/function:Function", "AccountsHandlerFunction");
    expect(dimensions["Errors"]).toEqual({ FunctionName: lambda(ci).inputs["name"] });
    expect(dimensions["AccountsErrors"]).toEqual({ FunctionName: accounts.inputs["name"] });
    expect(dimensions["GivenUp"]).toEqual({ QueueName: failures(ci).inputs["name"] });
    const own = alarms(ci).filter((alarm) => alarm.inputs["namespace"] === metricNamespace);
    expect(own.map((alarm) => alarm.inputs["metricName"]).filter((name) => !(String(name) in metricCatalogue))).toEqual(
      [],
    );
  });

  it("ring when the accounts were not kept whole for three periods, by the line that says so", () => {
    const [filter] = ofType(production, "aws:cloudwatch/logMetricFilter:LogMetricFilter");
    expect(filter?.inputs).toMatchObject({
      logGroupName: "/sandmeter/production/accounts",
      pattern: '{ $.message = "accounts complete" }',
      metricTransformation: { namespace: "Sandmeter/Jobs", name: "production-accounts-complete", value: "1" },
    });
    expect(one(production, "aws:cloudwatch/metricAlarm:MetricAlarm", "AccountsSilent").inputs).toMatchObject({
      namespace: "Sandmeter/Jobs",
      metricName: "production-accounts-complete",
      statistic: "Sum",
      period: 900,
      evaluationPeriods: 3,
      datapointsToAlarm: 3,
      comparisonOperator: "LessThanThreshold",
      threshold: 1,
      treatMissingData: "breaching",
    });
  });

  it("write to somebody where an address is given", async () => {
    const graph = await synthesize("ci", { SANDMETER_ALARM_EMAIL: "oncall@example.com" });
    expect(ofType(ci, "aws:sns/topicSubscription:TopicSubscription")).toEqual([]);
    expect(ofType(graph, "aws:sns/topicSubscription:TopicSubscription").map((item) => item.inputs)).toMatchObject([
      { protocol: "email", endpoint: "oncall@example.com" },
    ]);
  });
});

describe("the dashboard", () => {
  it("is the overview of every scanned Region, shown from where the monitor lives", () => {
    const [dashboard] = ofType(production, "aws:cloudwatch/dashboard:Dashboard");
    expect(dashboard?.inputs["dashboardName"]).toBe("sandmeter-production");
    expect(dashboard?.inputs["dashboardBody"]).toBe(
      textOfBody(
        overviewDashboard({
          targets: ["eu-west-1", "us-west-2"].map((name) => ({
            account: accountId("111122223333"),
            region: region(name),
          })),
          homeRegion: "us-east-1",
          thresholds: defaultThresholds,
        }),
      ),
    );
  });
});
