import type { Target } from "../core/inventory/target.ts";
import { metricCatalogue, metricNamespace } from "../core/reporting/metric-catalogue.ts";
import type { Chart } from "./charts.ts";
import type { Line } from "./cloudwatch-body.ts";

/** The lines of a chart, target by target, so that what belongs together is listed together. */
export function linesOf(chart: Chart, targets: readonly Target[], homeRegion: string): readonly Line[] {
  const accounts = new Set(targets.map((target) => target.account));
  return targets.flatMap((target) => {
    const place = accounts.size === 1 ? target.region : `${target.account} ${target.region}`;
    const several = chart.metrics.length > 1 || chart.withAwsSessions === true;
    const own = chart.metrics.map(
      (name): Line => [
        metricNamespace,
        name,
        "Account",
        target.account,
        "Region",
        target.region,
        {
          label: several ? `${place} ${name}` : place,
          stat: metricCatalogue[name].statistic,
          region: homeRegion,
        },
      ],
    );
    return chart.withAwsSessions === true ? [...own, awsSessions(target, place)] : own;
  });
}

// AgentCore's own gauge, one per account and Region, published in the Region itself (user guide, read 2026-09). It can be
// seen only for the account that the dashboard is in.
const awsSessions = (target: Target, place: string): Line => [
  "AWS/Bedrock-AgentCore",
  "ActiveSessionCount",
  "Service",
  "AgentCore.CodeInterpreter",
  { label: `${place} ActiveSessionCount (AWS)`, stat: "Maximum", region: target.region },
];
