import { createAlarms } from "./alarms.ts";
import { readConfiguration, writeConfiguration } from "./configuration.ts";
import { createDashboard } from "./dashboard.ts";
import { setFunctionDefaults } from "./defaults.ts";
import { createJobs } from "./jobs.ts";
import { currentPlace } from "./place.ts";
import { settingsOf } from "./settings.ts";
import { createHistory, createState } from "./storage.ts";

/** The whole stack. */
export async function deployMonitor(environment: Readonly<Record<string, string | undefined>>) {
  const settings = settingsOf(environment);
  const { root } = $cli.paths;
  const { deployed, usageBucket, trailBucket, cleanup } = await readConfiguration(root, settings);
  const { logGroups, buckets } = settings.usage;
  const configuration = {
    file: writeConfiguration(root, deployed),
    usage: {
      logGroups,
      buckets: usageBucket === null ? buckets : [...new Set([...buckets, usageBucket])].sort(),
      trailBucket,
    },
    cleanup,
  };
  setFunctionDefaults();
  const place = currentPlace();
  const state = createState();
  const history = createHistory();
  const jobs = createJobs(settings, place, { state, history }, configuration);
  const { topic } = createAlarms(settings, place, jobs);
  const dashboard = createDashboard(settings, place);
  return {
    table: state.name,
    history: history.name,
    function: jobs.scan.schedule.nodes.function.name,
    accounts: jobs.accounts.schedule.nodes.function.name,
    ...(jobs.sweep === null ? {} : { cleanup: jobs.sweep.schedule.nodes.function.name }),
    failures: jobs.failures.url,
    alarms: topic.arn,
    dashboard: dashboard.dashboardName,
  };
}
