import type { Target } from "../core/inventory/target.ts";
import type { QuotaThresholds } from "../core/quota/thresholds.ts";
import { charts } from "./charts.ts";
import type { DashboardBody, MetricWidget, TextWidget } from "./cloudwatch-body.ts";
import { linesOf } from "./lines.ts";

export interface OverviewInput {
  /** What the monitor watches. Each metric is one line for each of them. */
  readonly targets: readonly Target[];
  /** Where the monitor publishes to. */
  readonly homeRegion: string;
  readonly thresholds: QuotaThresholds;
}

const columns = 24;
const headerHeight = 4;
const chart = { width: 12, height: 6 } as const;

/** The first dashboard: sessions, quotas, cost and the scan's own health, for every target. Pure. */
export function overviewDashboard(input: OverviewInput): DashboardBody {
  const widgets = charts(input.thresholds).map((drawn, index): MetricWidget => {
    const perRow = columns / chart.width;
    return {
      type: "metric",
      x: (index % perRow) * chart.width,
      y: headerHeight + Math.floor(index / perRow) * chart.height,
      ...chart,
      properties: {
        title: drawn.title,
        view: "timeSeries",
        stacked: drawn.stacked ?? false,
        region: input.homeRegion,
        period: 60,
        metrics: linesOf(drawn, input.targets, input.homeRegion),
        yAxis: {
          left: { min: 0, label: drawn.axis, showUnits: false, ...(drawn.max !== undefined && { max: drawn.max }) },
        },
        ...(drawn.marks !== undefined && { annotations: { horizontal: drawn.marks } }),
      },
    };
  });
  return { start: "-PT3H", periodOverride: "inherit", widgets: [header(input), ...widgets] };
}

const header = ({ targets, homeRegion }: OverviewInput): TextWidget => ({
  type: "text",
  x: 0,
  y: 0,
  width: columns,
  height: headerHeight,
  properties: {
    markdown: [
      "# Sandmeter: sandboxes of AI agents",
      `Live sessions of AgentCore Code Interpreter in ${targets.length} ${targets.length === 1 ? "Region" : "Regions"}, what they cost, and how near their quotas are. Figures come from one scan a pass and are published in ${homeRegion}. **A gap is no zero**: what could not be read has no datapoint, and *Scan health* says so.`,
      "",
      "Cost is bounded by each session's life alone: *low* is an idle sandbox, *high* one that uses all of its vCPU and memory.",
      "",
      "When something is red: docs/runbook.md of Sandmeter. Sessions one by one: `sandmeter scan`.",
    ].join("\n"),
  },
});
