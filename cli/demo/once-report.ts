import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import { scanOf } from "../../core/reporting/pass-report.ts";
import { painter } from "../render/style.ts";
import { renderTable } from "../render/table.ts";
import { builtInPricing } from "../scan/compose.ts";
import { renderScan, wholeView } from "../scan/render-scan.ts";
import type { Terminal } from "../terminal.ts";
import { deliveryText, problemLines } from "../watch/pass-lines.ts";

/** One pass in full: what was scanned, what was published of it, and what to do next. */
export function onceReport(outcome: PassOutcome, costs: string | null, url: string, terminal: Terminal): string {
  const paint = painter(terminal.color);
  const events = outcome.targets.flatMap((pass) => pass.events);
  const problems = problemLines(outcome);
  return [
    `The monitor's main job, once, on an embedded AWS at ${url}: real HTTP, no AWS account.\n`,
    renderScan(scanOf(outcome), builtInPricing, wholeView, terminal),
    ...(costs === null ? [] : [costs]),
    `${paint("Metrics published to CloudWatch, name space Sandmeter", "bold")}\n${metricsTable(outcome, terminal)}`,
    [
      `${paint("Events sent to EventBridge", "bold")}\n`,
      ...events.map((delivery) => `  ${deliveryText(delivery)}\n`),
      ...(events.length > 0
        ? []
        : ["  none: a quota has to be beyond its threshold in two passes of three, and this was one\n"]),
    ].join(""),
    ...(problems.length === 0 ? [] : [problems.map((line) => `  ${line}\n`).join("")]),
    nextSteps,
  ].join("\n");
}

/** A row for each metric, a column for each Region; a dash where there is no value, for none is not zero. */
function metricsTable(outcome: PassOutcome, terminal: Terminal): string {
  const names = [...new Set(outcome.targets.flatMap((pass) => pass.metrics.map((datum) => datum.name)))];
  const rows = names.map((name) => [
    { text: name },
    ...outcome.targets.map((pass) => {
      const datum = pass.metrics.find((it) => it.name === name);
      return { text: datum === undefined ? "-" : valueText(datum.value) };
    }),
  ]);
  const columns = [
    { title: "METRIC" },
    ...outcome.targets.map((pass) => ({ title: pass.target.region, align: "right" as const })),
  ];
  return renderTable(columns, rows, terminal.color ? terminal.columns : null, painter(terminal.color));
}

const valueText = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(4));

export const nextSteps = [
  "Next:",
  "  npm start                                        this, live, a minute a second",
  "  npm run sandmeter -- scan                        your own account, read-only, with your AWS credentials",
  "  npm run sandmeter -- watch --no-publish          your own account on a schedule, telling nobody",
  "  npm run sandmeter -- emulate                     the embedded AWS alone, for your own clients",
  "",
].join("\n");
