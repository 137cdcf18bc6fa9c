import { readFileSync } from "node:fs";
import { monitorStatements, type Statement } from "./access.ts";
import type { Place } from "./place.ts";
import { regionsToScan } from "./regions.ts";
import type { Settings } from "./settings.ts";

/** How many times a pass that threw is tried again, with the same scheduled time. Lambda allows two at most. */
const retries = 2;

/** The scan on its schedule, and the queue where passes go that nobody could run or finish. */
export function createJobs(settings: Settings, place: Place, state: sst.aws.Dynamo) {
  const failures = new sst.aws.Queue("Failures", {
    transform: { queue: { messageRetentionSeconds: 14 * 86_400, sqsManagedSseEnabled: true } },
  });
  // Named here, so that the role can be confined to it.
  const logGroup = new aws.cloudwatch.LogGroup("ScanLogs", {
    name: `/sandmeter/${$app.stage}/scan`,
    retentionInDays: 30,
  });

  const permissions = $resolve({
    place,
    tableArn: state.arn,
    deadLetterArn: failures.arn,
    logGroupArn: logGroup.arn,
  }).apply(({ place: { homeRegion, ...where }, ...own }) =>
    monitorStatements(
      { ...where, regions: regionsToScan(settings.regions, { ...where, homeRegion }) },
      { homeRegion, ...own },
    ).map(permissionOf),
  );

  const scan = new sst.aws.CronV2("Scan", {
    schedule: settings.everyMinutes === 1 ? "rate(1 minute)" : `rate(${settings.everyMinutes} minutes)`,
    timezone: "UTC",
    // A delivery that fails is tried again for as long as its pass is worth having, then it is kept.
    retries,
    dlq: failures.arn,
    // The time the pass was due, not the time it ran: a retry replays the same pass.
    event: { scheduledAt: "<aws.scheduler.scheduled-time>" },
    transform: {
      role: (role) => {
        role.assumeRolePolicy = trustScheduler(place);
      },
      schedule: (schedule) => {
        schedule.target = $resolve([schedule.target]).apply(([target]) => ({
          ...target,
          retryPolicy: { ...target.retryPolicy, maximumEventAgeInSeconds: maximumAgeSeconds(settings) },
        }));
      },
    },
    function: {
      handler: "functions/scan.handler",
      description:
        "Sandmeter: reads every Code Interpreter session, publishes metrics and events. Cannot stop anything.",
      // A pass is mostly waiting, because it keeps to its share of the request rate. Half a gigabyte holds tens of thousands
      // of sessions, and brings enough CPU to parse them.
      memory: "512 MB",
      timeout: `${timeoutSeconds(settings)} seconds`,
      retries,
      // Passes of one target are single-flight in the registry whatever happens here. This saves the requests of the second.
      ...(settings.reserveConcurrency && { concurrency: { reserved: 1 } }),
      logging: { format: "json", logGroup: logGroup.name },
      environment: environmentOf(settings, place, state),
      permissions,
      transform: {
        eventInvokeConfig: (config) => {
          config.maximumEventAgeInSeconds = maximumAgeSeconds(settings);
          config.destinationConfig = { onFailure: { destination: failures.arn } };
        },
      },
    },
  });
  return { scan, failures, logGroup };
}

/** SST's own shape of a statement; its types want arrays that may be written to. */
const permissionOf = (statement: Statement) => ({
  effect: statement.effect,
  actions: [...statement.actions],
  resources: [...statement.resources],
  ...(statement.conditions !== undefined && {
    conditions: statement.conditions.map((condition) => ({ ...condition, values: [...condition.values] })),
  }),
});

/** Only for schedules of this account: the service principal alone would also act for somebody else's. */
const trustScheduler = (place: Place) =>
  aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: ["scheduler.amazonaws.com"] }],
        conditions: [
          { test: "StringEquals", variable: "aws:SourceAccount", values: [place.apply(({ account }) => account)] },
        ],
      },
    ],
  }).json;

/** A pass has to end before the one after the next is due; Lambda's own maximum is 15 minutes. */
const timeoutSeconds = (settings: Settings): number => Math.min(900, Math.max(120, settings.everyMinutes * 60 - 10));

/** After three periods later passes have told it all: an older one is a failure to be looked at, not work to be done. */
const maximumAgeSeconds = (settings: Settings): number => Math.max(300, settings.everyMinutes * 3 * 60);

/** Everything that functions/environment.ts reads; a test holds the two equal in both directions. */
function environmentOf(settings: Settings, place: Place, state: sst.aws.Dynamo) {
  return {
    SANDMETER_VERSION: productVersion(),
    SANDMETER_TABLE: state.name,
    // The word, not the list: a Region that is not enabled is skipped where all are asked for, and a failure where it is named.
    SANDMETER_REGIONS:
      settings.regions === "all" ? "all" : place.apply((where) => regionsToScan(settings.regions, where).join(",")),
    SANDMETER_RATE_SHARE: String(settings.rateShare),
    SANDMETER_WARNING_PCT: String(settings.thresholds.warning.utilizationPct),
    SANDMETER_WARNING_LEFT: String(settings.thresholds.warning.left),
    SANDMETER_CRITICAL_PCT: String(settings.thresholds.critical.utilizationPct),
    SANDMETER_CRITICAL_LEFT: String(settings.thresholds.critical.left),
    SANDMETER_LOG_LEVEL: settings.logLevel,
  };
}

/** SST runs this in the project's root. */
const productVersion = (): string => (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;

export type Jobs = ReturnType<typeof createJobs>;
