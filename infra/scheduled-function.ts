import type { Place } from "./place.ts";
import type { Settings } from "./settings.ts";
import type { Statement } from "./statement.ts";

/** How many times a pass that threw is tried again, with the same scheduled time. Lambda allows two at most. */
const retries = 2;

export interface ScheduledFunction {
  /** Of the schedule and, with a suffix, of all that belongs to it. */
  readonly name: "Scan" | "Accounts" | "Sweep";
  readonly handler: string;
  readonly description: string;
  readonly everyMinutes: number;
  readonly memory: "512 MB" | "1024 MB";
  /** The configuration that goes into the package, and its name there. */
  readonly configuration: { readonly from: string; readonly to: string };
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  /** What the role may do, once the group that the function logs to is there. */
  readonly statements: (logGroupArn: $util.Output<string>) => $util.Output<readonly Statement[]>;
}

/** A function on its schedule, with a log of its own. Passes that nobody could run or finish go to the queue of failures. */
export function scheduleFunction(settings: Settings, place: Place, failures: sst.aws.Queue, job: ScheduledFunction) {
  // Named here, so that the role can be confined to it.
  const logGroup = new aws.cloudwatch.LogGroup(`${job.name}Logs`, {
    name: `/sandmeter/${$app.stage}/${job.name.toLowerCase()}`,
    retentionInDays: 30,
  });
  const schedule = new sst.aws.CronV2(job.name, {
    schedule: job.everyMinutes === 1 ? "rate(1 minute)" : `rate(${job.everyMinutes} minutes)`,
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
          retryPolicy: { ...target.retryPolicy, maximumEventAgeInSeconds: maximumAgeSeconds(job) },
        }));
      },
    },
    function: {
      handler: job.handler,
      description: job.description,
      memory: job.memory,
      timeout: `${timeoutSeconds(job)} seconds`,
      retries,
      // Whatever overlaps here does the work once. This saves the requests of the second.
      ...(settings.reserveConcurrency && { concurrency: { reserved: 1 } }),
      logging: { format: "json", logGroup: logGroup.name },
      copyFiles: [{ ...job.configuration }],
      environment: { ...job.environment },
      permissions: job.statements(logGroup.arn).apply((statements) => statements.map(permissionOf)),
      transform: {
        eventInvokeConfig: (config) => {
          config.maximumEventAgeInSeconds = maximumAgeSeconds(job);
          config.destinationConfig = { onFailure: { destination: failures.arn } };
        },
      },
    },
  });
  return { schedule, logGroup };
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
const timeoutSeconds = ({ everyMinutes }: ScheduledFunction): number =>
  Math.min(900, Math.max(120, everyMinutes * 60 - 10));

/** After three periods later passes have told it all: an older one is a failure to be looked at, not work to be done. */
const maximumAgeSeconds = ({ everyMinutes }: ScheduledFunction): number => Math.max(300, everyMinutes * 3 * 60);
