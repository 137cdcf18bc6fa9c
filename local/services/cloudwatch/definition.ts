import type { ServiceDefinition } from "../../service.ts";
import { getDashboard, putDashboard } from "./dashboards.ts";
import { cloudWatchErrors } from "./errors.ts";
import { getMetricData } from "./get-metric-data.ts";
import { listMetrics } from "./list-metrics.ts";
import { putMetricData } from "./put-metric-data.ts";
import {
  getDashboardInput,
  getMetricDataInput,
  listMetricsInput,
  putDashboardInput,
  putMetricDataInput,
} from "./shapes.ts";

/** Rates: "CloudWatch service quotas", read 2026-11; PutMetricData's is that of the smaller Regions. */
export const cloudWatch: ServiceDefinition = {
  protocol: "aws-json",
  name: "monitoring",
  signingName: "monitoring",
  targetPrefix: "GraniteServiceVersion20100801",
  version: "1.0",
  errors: cloudWatchErrors,
  operations: {
    PutMetricData: { input: putMetricDataInput, handle: putMetricData, ratePerSecond: () => 150 },
    GetMetricData: {
      input: getMetricDataInput,
      handle: getMetricData,
      ratePerSecond: () => 50,
      optionalOutput: ["Label", "StatusCode", "Messages"],
    },
    ListMetrics: {
      input: listMetricsInput,
      handle: listMetrics,
      ratePerSecond: () => 25,
      optionalOutput: ["Dimensions"],
    },
    PutDashboard: { input: putDashboardInput, handle: putDashboard, ratePerSecond: () => 10 },
    GetDashboard: { input: getDashboardInput, handle: getDashboard, ratePerSecond: () => 10 },
  },
};
