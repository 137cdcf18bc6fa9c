import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";

export const dashboards: Verb = {
  name: "dashboards",
  summary: "write the CloudWatch dashboard of what watch publishes, or put it",
  description:
    "Makes the body of a CloudWatch dashboard from the catalogue of metrics: sessions, quota use, cost bounds and scan health, one line for each Region. Prints it, or puts it where the metrics are published.",
  options: [
    ...awsOptions,
    { flags: "--put", description: "put the dashboard with PutDashboard instead of printing it" },
    { flags: "--name <name>", description: "name of the dashboard", default: "Sandmeter" },
    { flags: "--publish-region <region>", description: "where `watch` publishes to (default: the profile's Region)" },
    { flags: "--json", description: "with --put: say what was put as JSON; without: the body is JSON anyway" },
  ],
  examples: [
    { command: "sandmeter dashboards --regions us-east-1,eu-west-1", does: "prints the body for two Regions" },
    { command: "sandmeter dashboards --put --name sandboxes", does: "puts it as `sandboxes` in the profile's Region" },
  ],
  check: async () => (await import("../dashboards/run-dashboards.ts")).checkDashboards,
  load: async () => (await import("../dashboards/run-dashboards.ts")).runDashboards,
};
