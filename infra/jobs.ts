import { readFileSync } from "node:fs";
import { deployedFile } from "../adapters/config/deployed-configuration.ts";
import { accountsStatements, monitorStatements } from "./access.ts";
import { sweepStatements } from "./access-stopper.ts";
import type { UsagePlaces } from "./access-usage.ts";
import type { ReadConfiguration } from "./configuration.ts";
import type { Place } from "./place.ts";
import { regionsToScan } from "./regions.ts";
import { type ScheduledFunction, scheduleFunction } from "./scheduled-function.ts";
import type { Settings } from "./settings.ts";

interface Stores {
  readonly state: sst.aws.Dynamo;
  readonly history: sst.aws.Bucket;
}

/**
 * Of the share of the request rate, what the scan gets. Keeping accounts asks AgentCore little beside its logs, and both
 * together keep to the share.
 */
const scansPart = 0.75;

/** The same where clean-up is deployed: it lists sessions as well, and stops some. */
const besideSweeps = { scan: 0.55, accounts: 0.2, sweep: 0.25 } as const;

/** The jobs on their schedules, and the queue where passes go that nobody could run or finish. */
export function createJobs(
  settings: Settings,
  place: Place,
  { state, history }: Stores,
  configuration: {
    readonly file: string;
    readonly usage: UsagePlaces;
    readonly cleanup: ReadConfiguration["cleanup"];
  },
) {
  const { cleanup } = configuration;
  const parts = cleanup === null ? { scan: scansPart, accounts: 1 - scansPart, sweep: 0 } : besideSweeps;
  const failures = new sst.aws.Queue("Failures", {
    transform: { queue: { messageRetentionSeconds: 14 * 86_400, sqsManagedSseEnabled: true } },
  });
  const own = { place, tableArn: state.arn, deadLetterArn: failures.arn };
  const whereOf = ({ homeRegion, ...where }: { partition: string; account: string; homeRegion: string }) => ({
    ...where,
    regions: regionsToScan(settings.regions, { ...where, homeRegion }),
  });
  const shared = (part: number): ScheduledFunction["environment"] => ({
    SANDMETER_VERSION: productVersion(),
    SANDMETER_TABLE: state.name,
    // The word, not the list: a Region that is not enabled is skipped where all are asked for, and a failure where it is named.
    SANDMETER_REGIONS:
      settings.regions === "all" ? "all" : place.apply((where) => regionsToScan(settings.regions, where).join(",")),
    SANDMETER_RATE_SHARE: String(Number((settings.rateShare * part).toPrecision(6))),
    SANDMETER_LOG_LEVEL: settings.logLevel,
  });
  const copied = { from: configuration.file, to: deployedFile };

  const scan = scheduleFunction(settings, place, failures, {
    name: "Scan",
    handler: "functions/scan.handler",
    description: "Sandmeter: reads every Code Interpreter session, publishes metrics and events. Cannot stop anything.",
    everyMinutes: settings.everyMinutes,
    // A pass is mostly waiting, because it keeps to its share of the request rate. Half a gigabyte holds tens of thousands
    // of sessions, and brings enough CPU to parse them.
    memory: "512 MB",
    configuration: copied,
    environment: {
      ...shared(parts.scan),
      SANDMETER_WARNING_PCT: String(settings.thresholds.warning.utilizationPct),
      SANDMETER_WARNING_LEFT: String(settings.thresholds.warning.left),
      SANDMETER_CRITICAL_PCT: String(settings.thresholds.critical.utilizationPct),
      SANDMETER_CRITICAL_LEFT: String(settings.thresholds.critical.left),
    },
    statements: (logGroupArn) =>
      $resolve({ ...own, logGroupArn }).apply(({ place: where, ...resources }) =>
        monitorStatements(whereOf(where), { homeRegion: where.homeRegion, ...resources }),
      ),
  });
  const accounts = scheduleFunction(settings, place, failures, {
    name: "Accounts",
    handler: "functions/accounts.handler",
    description: "Sandmeter: reads usage records, keeps what each session costs, checks budgets. Cannot stop anything.",
    everyMinutes: settings.accountsEveryMinutes,
    // Holds one window of records, and one day's file of history as columns.
    memory: "1024 MB",
    configuration: copied,
    environment: { ...shared(parts.accounts), SANDMETER_HISTORY_BUCKET: history.name },
    statements: (logGroupArn) =>
      $resolve({ ...own, historyArn: history.arn, logGroupArn }).apply(({ place: where, ...resources }) =>
        accountsStatements(whereOf(where), { homeRegion: where.homeRegion, ...resources }, configuration.usage),
      ),
  });
  const sweep =
    cleanup === null
      ? null
      : scheduleFunction(settings, place, failures, {
          name: "Sweep",
          handler: "functions/sweep.handler",
          description:
            "Sandmeter: finds sessions that nobody uses, and stops them where policies enforce and the switch is armed.",
          everyMinutes: settings.everyMinutes,
          memory: "512 MB",
          configuration: copied,
          environment: shared(parts.sweep),
          statements: (logGroupArn) =>
            $resolve({ ...own, logGroupArn }).apply(({ place: where, ...resources }) =>
              sweepStatements(
                whereOf(where),
                { homeRegion: where.homeRegion, ...resources },
                configuration.usage,
                cleanup.switch,
              ),
            ),
        });
  return { scan, accounts, sweep, failures };
}

/** SST runs this in the project's root. */
const productVersion = (): string => (JSON.parse(readFileSync("package.json", "utf8")) as { version: string }).version;

export type Jobs = ReturnType<typeof createJobs>;
