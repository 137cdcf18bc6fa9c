import type { MetricUnit } from "../ports/metrics.ts";

/** The statistic that makes sense of a metric over a period: a gauge's maximum, a counter's sum, a heartbeat's minimum. */
type MetricStatistic = "Maximum" | "Sum" | "Minimum";

export interface MetricDefinition {
  readonly unit: MetricUnit;
  readonly statistic: MetricStatistic;
  readonly description: string;
}

/** CloudWatch's name space of everything that Sandmeter publishes. */
export const metricNamespace = "Sandmeter";

/**
 * The dimensions of every metric. An id of a session or an interpreter is never one: each combination of dimensions is a
 * metric that CloudWatch charges for, and their number must not grow with use.
 */
export const metricDimensions = ["Account", "Region"] as const;

/** Every metric that Sandmeter publishes, one value of each per target and pass. What is unknown has no value. */
export const metricCatalogue = {
  ReadySessions: {
    unit: "Count",
    statistic: "Maximum",
    description: "Live sessions. No value where a listing is incomplete.",
  },
  SessionsStarted: {
    unit: "Count",
    statistic: "Sum",
    description: "Sessions seen for the first time in this pass.",
  },
  SessionsEnded: {
    unit: "Count",
    statistic: "Sum",
    description: "Sessions that a complete listing no longer had.",
  },
  SessionsExpiringSoon: {
    unit: "Count",
    statistic: "Maximum",
    description: "Live sessions that their timeout ends within five minutes.",
  },
  OldestSessionAge: {
    unit: "Seconds",
    statistic: "Maximum",
    description: "Age of the oldest live session. No value where there is none.",
  },
  CustomInterpreters: {
    unit: "Count",
    statistic: "Maximum",
    description: "Custom interpreters, which count toward the configuration quota.",
  },
  SessionQuotaLimit: {
    unit: "Count",
    statistic: "Maximum",
    description: "Limit of concurrent sessions that holds in the Region.",
  },
  SessionQuotaUtilization: {
    unit: "Percent",
    statistic: "Maximum",
    description: "Share of the session quota in use. No value where the limit is 0.",
  },
  InterpreterQuotaUtilization: {
    unit: "Percent",
    statistic: "Maximum",
    description: "Share of the quota of custom interpreters in use.",
  },
  HourlyCostLow: {
    unit: "None",
    statistic: "Maximum",
    description: "US dollars an hour that the live sessions cost at least: idle, at the memory floor.",
  },
  HourlyCostHigh: {
    unit: "None",
    statistic: "Maximum",
    description: "US dollars an hour that the live sessions cost at most: all vCPU and all memory.",
  },
  CostSoFarLow: {
    unit: "None",
    statistic: "Maximum",
    description: "US dollars that the sessions now live have cost since their start, at least.",
  },
  CostSoFarHigh: {
    unit: "None",
    statistic: "Maximum",
    description: "US dollars that the sessions now live have cost since their start, at most.",
  },
  ScanComplete: {
    unit: "None",
    statistic: "Minimum",
    description: "Heartbeat: 1 where all was read and recorded, 0 where something is missing.",
  },
  ScanProblems: {
    unit: "Count",
    statistic: "Maximum",
    description: "Different problems that the reading met.",
  },
  ScanDuration: {
    unit: "Milliseconds",
    statistic: "Maximum",
    description: "Wall time that the pass took for the target.",
  },
  ApiAttempts: {
    unit: "Count",
    statistic: "Sum",
    description: "HTTP requests that the pass made, retries included: its share of the request rate.",
  },
} as const satisfies Readonly<Record<string, MetricDefinition>>;

export type MetricName = keyof typeof metricCatalogue;
