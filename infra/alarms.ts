import { metricNamespace } from "../core/reporting/metric-catalogue.ts";
import type { Jobs } from "./jobs.ts";
import type { Place } from "./place.ts";
import type { Settings } from "./settings.ts";

/** A missed pass is nothing, two may be a bad minute of AWS; at three somebody should know that nobody is looking. */
const passesMissed = 3;

/** What wakes somebody: nobody is looking, looking fails, or a pass was given up. Quota pressure is an event, not an alarm. */
export function createAlarms(settings: Settings, place: Place, jobs: Jobs) {
  const topic = new sst.aws.SnsTopic("Alarms");
  if (settings.alarmEmail !== null) {
    new aws.sns.TopicSubscription("AlarmsEmail", {
      topic: topic.arn,
      protocol: "email",
      endpoint: settings.alarmEmail,
    });
  }
  const period = settings.everyMinutes * 60;
  const tell = { alarmActions: [topic.arn], okActions: [topic.arn] };
  const heartbeat = {
    ...tell,
    comparisonOperator: "LessThanThreshold",
    threshold: 1,
    evaluationPeriods: passesMissed,
    datapointsToAlarm: passesMissed,
    // Silence is what this is about: a monitor that does not run publishes nothing.
    treatMissingData: "breaching",
  };
  const silence = `no complete pass for ${passesMissed * settings.everyMinutes} minutes`;
  const runbook = "See docs/deploy.md, When an alarm rings.";

  if (settings.regions === "all") {
    // Which Regions there are is only known when the scan runs, so this asks for the worst of those that reported.
    new aws.cloudwatch.MetricAlarm("Silent", {
      ...heartbeat,
      name: alarmName("scan-silent"),
      alarmDescription: `At least one Region had ${silence}. ${runbook}`,
      metricQueries: [
        {
          id: "worst",
          expression: `SELECT MIN(ScanComplete) FROM SCHEMA("${metricNamespace}", Account, Region)`,
          period,
          returnData: true,
        },
      ],
    });
  } else {
    for (const region of settings.regions ?? [null]) {
      new aws.cloudwatch.MetricAlarm(`Silent${region ?? ""}`, {
        ...heartbeat,
        name: alarmName(region === null ? "scan-silent" : `scan-silent-${region}`),
        alarmDescription: `${region ?? "The monitor's own Region"} had ${silence}. ${runbook}`,
        namespace: metricNamespace,
        metricName: "ScanComplete",
        dimensions: {
          Account: place.apply(({ account }) => account),
          Region: region ?? place.apply(({ homeRegion }) => homeRegion),
        },
        // One complete pass within the period is enough, whatever the others were.
        statistic: "Maximum",
        period,
      });
    }
  }

  const accountsPeriod = settings.accountsEveryMinutes * 60;
  // One line of the log for each complete pass: a metric of its own, because a pass is about all targets at once.
  const kept = { namespace: `${metricNamespace}/Jobs`, name: `${$app.stage}-accounts-complete` };
  new aws.cloudwatch.LogMetricFilter("AccountsComplete", {
    logGroupName: jobs.accounts.logGroup.name,
    pattern: '{ $.message = "accounts complete" }',
    metricTransformation: { ...kept, value: "1" },
  });
  new aws.cloudwatch.MetricAlarm("AccountsSilent", {
    ...heartbeat,
    name: alarmName("accounts-silent"),
    alarmDescription: `No complete pass over the cost ledger for ${passesMissed * settings.accountsEveryMinutes} minutes. ${runbook}`,
    namespace: kept.namespace,
    metricName: kept.name,
    statistic: "Sum",
    period: accountsPeriod,
  });

  const errors = {
    ...tell,
    namespace: "AWS/Lambda",
    metricName: "Errors",
    statistic: "Sum",
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    evaluationPeriods: 3,
    datapointsToAlarm: 2,
    // No invocation, no datapoint: the heartbeat is there for that.
    treatMissingData: "notBreaching",
  };
  new aws.cloudwatch.MetricAlarm("Errors", {
    ...errors,
    name: alarmName("scan-errors"),
    alarmDescription: `The scan's function failed in two periods of three. ${runbook}`,
    dimensions: { FunctionName: jobs.scan.schedule.nodes.function.name },
    period,
  });
  new aws.cloudwatch.MetricAlarm("AccountsErrors", {
    ...errors,
    name: alarmName("accounts-errors"),
    alarmDescription: `The function that keeps accounts failed in two periods of three. ${runbook}`,
    dimensions: { FunctionName: jobs.accounts.schedule.nodes.function.name },
    period: accountsPeriod,
  });

  if (jobs.sweep !== null) {
    new aws.cloudwatch.MetricAlarm("SweepErrors", {
      ...errors,
      name: alarmName("sweep-errors"),
      alarmDescription: `The function that cleans up failed in two periods of three. ${runbook}`,
      dimensions: { FunctionName: jobs.sweep.schedule.nodes.function.name },
      period,
    });
  }

  new aws.cloudwatch.MetricAlarm("GivenUp", {
    ...tell,
    name: alarmName("given-up"),
    alarmDescription: `A pass could not be delivered, or failed at every attempt, and lies in the queue of failures. ${runbook}`,
    namespace: "AWS/SQS",
    metricName: "ApproximateNumberOfMessagesVisible",
    dimensions: { QueueName: jobs.failures.nodes.queue.name },
    statistic: "Maximum",
    period: 300,
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: "notBreaching",
  });
  return { topic };
}

const alarmName = (what: string): string => `${$app.name}-${$app.stage}-${what}`;
