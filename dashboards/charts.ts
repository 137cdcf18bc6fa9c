import type { QuotaThresholds } from "../core/quota/thresholds.ts";
import type { MetricName } from "../core/reporting/metric-catalogue.ts";

/** One chart: a line for each metric in it and each target. */
export interface Chart {
  readonly title: string;
  readonly metrics: readonly MetricName[];
  /** AWS's own count of sessions, in each target's own Region, beside ours. */
  readonly withAwsSessions?: boolean;
  readonly axis: string;
  readonly max?: number;
  readonly stacked?: boolean;
  readonly marks?: readonly { readonly label: string; readonly value: number; readonly color: string }[];
}

const orange = "#ff9896";
const red = "#d62728";

/** In reading order, two to a row. */
export const charts = (thresholds: QuotaThresholds): readonly Chart[] => {
  const marks = [
    { label: "warning", value: thresholds.warning.utilizationPct, color: orange },
    { label: "critical", value: thresholds.critical.utilizationPct, color: red },
  ];
  return [
    { title: "Live sessions", metrics: ["ReadySessions"], axis: "sessions", stacked: true },
    {
      title: "Session quota in use",
      metrics: ["SessionQuotaUtilization"],
      axis: "% of the quota",
      max: 100,
      marks,
    },
    {
      title: "Cost per hour of the live sessions, from low to high",
      metrics: ["HourlyCostLow", "HourlyCostHigh"],
      axis: "USD an hour",
    },
    {
      title: "Cost so far of the live sessions, from low to high",
      metrics: ["CostSoFarLow", "CostSoFarHigh"],
      axis: "USD",
    },
    { title: "Oldest live session", metrics: ["OldestSessionAge"], axis: "seconds" },
    {
      title: "Sessions that their timeout ends within five minutes",
      metrics: ["SessionsExpiringSoon"],
      axis: "sessions",
    },
    { title: "Sessions started and ended", metrics: ["SessionsStarted", "SessionsEnded"], axis: "sessions" },
    {
      title: "Cross-check: our count of sessions, AWS's own, and the limit",
      metrics: ["ReadySessions", "SessionQuotaLimit"],
      withAwsSessions: true,
      axis: "sessions",
    },
    { title: "Custom interpreters", metrics: ["CustomInterpreters"], axis: "interpreters" },
    {
      title: "Interpreter quota in use",
      metrics: ["InterpreterQuotaUtilization"],
      axis: "% of the quota",
      max: 100,
      marks,
    },
    { title: "Scan health: 1 where everything was read", metrics: ["ScanComplete"], axis: "complete", max: 1 },
    { title: "Problems met in reading", metrics: ["ScanProblems"], axis: "problems" },
    { title: "Duration of a pass", metrics: ["ScanDuration"], axis: "milliseconds" },
    { title: "Requests made to AWS", metrics: ["ApiAttempts"], axis: "HTTP attempts" },
  ];
};
