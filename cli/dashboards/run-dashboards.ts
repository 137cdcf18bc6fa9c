import { AwsError } from "../../adapters/aws/aws-error.ts";
import { putDashboard } from "../../adapters/aws/dashboards.ts";
import { textOfBody } from "../../dashboards/cloudwatch-body.ts";
import { overviewDashboard } from "../../dashboards/overview.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { readAwsSettings } from "../config/aws-settings.ts";
import { exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { clientsOf } from "../scan/compose.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { homeRegion } from "../watch/home-region.ts";
import { readPublishRegion } from "../watch/watch-options.ts";

export const checkDashboards: CheckVerb = async ({ options }, terminal) =>
  (await readDashboardInput(options, terminal)).problems;

async function readDashboardInput(options: VerbInput["options"], terminal: Pick<Terminal, "cwd" | "env">) {
  const { settings, problems } = await readAwsSettings(options, terminal);
  const own: string[] = [];
  const named = readPublishRegion(options["publishRegion"], own);
  const name = String(options["name"]);
  // As PutDashboard says.
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(name)) {
    own.push(`--name must be 1 to 255 letters, digits, dashes and underscores, not "${name}"`);
  }
  return { settings, named, name, problems: [...problems, ...own] };
}

export const runDashboards: RunVerb = async ({ options }, terminal) => {
  const { settings, named, name, problems } = await readDashboardInput(options, terminal);
  if (problems.length > 0) throw new UsageError(problems);
  const clients = clientsOf(settings);
  try {
    const subject = await readSubject(clients, settings, systemClock, terminal.signal);
    const region = named ?? (await homeRegion(clients, subject.targets));
    const dashboard = overviewDashboard({
      targets: subject.targets,
      homeRegion: region,
      thresholds: settings.thresholds,
    });
    const body = textOfBody(dashboard);
    if (options["put"] !== true) {
      terminal.out(`${body}\n`);
      return exitCode.done;
    }
    const remarks = await putDashboard(clients, region, { name, body }, terminal.signal);
    const put = { name, region, widgets: dashboard.widgets.length, remarks };
    terminal.out(options["json"] === true ? `${safeJson(put)}\n` : textOf(put));
    return exitCode.done;
  } catch (error) {
    if (error instanceof AwsError) throw new CliError(safeText(error.message), exitCode.failed, { cause: error });
    throw error;
  } finally {
    clients.close();
  }
};

const textOf = (put: {
  readonly name: string;
  readonly region: string;
  readonly widgets: number;
  readonly remarks: readonly string[];
}): string =>
  [
    `Put the dashboard ${put.name} with ${put.widgets} widgets in ${put.region}: see CloudWatch, Dashboards.`,
    ...put.remarks.map((remark) => `CloudWatch remarks: ${safeText(remark)}`),
    "",
  ].join("\n");
