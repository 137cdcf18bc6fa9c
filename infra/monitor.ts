import { createAlarms } from "./alarms.ts";
import { createDashboard } from "./dashboard.ts";
import { setFunctionDefaults } from "./defaults.ts";
import { createJobs } from "./jobs.ts";
import { currentPlace } from "./place.ts";
import { settingsOf } from "./settings.ts";
import { createState } from "./storage.ts";

/** The whole stack. */
export function deployMonitor(environment: Readonly<Record<string, string | undefined>>) {
  const settings = settingsOf(environment);
  setFunctionDefaults();
  const place = currentPlace();
  const state = createState();
  const jobs = createJobs(settings, place, state);
  const { topic } = createAlarms(settings, place, jobs);
  const dashboard = createDashboard(settings, place);
  return {
    table: state.name,
    function: jobs.scan.nodes.function.name,
    failures: jobs.failures.url,
    alarms: topic.arn,
    dashboard: dashboard.dashboardName,
  };
}
