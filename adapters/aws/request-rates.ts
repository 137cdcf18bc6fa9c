import type { RateOf } from "./rate-share.ts";

// Requests a second that the other services take, per account and Region; at most half of what AWS documents or was
// seen to take (Service Quotas and dashboards: 10, STS and PutMetricData: hundreds), so that they need no share of their own.
const ownRates: Readonly<Record<string, number>> = {
  GetServiceQuota: 5,
  GetAWSDefaultServiceQuota: 5,
  GetCallerIdentity: 10,
  PutMetricData: 25,
  PutEvents: 25,
  PutDashboard: 2,
  GetDashboard: 2,
};

/** The operations of AgentCore get a share of their quota: it is production's too. */
export const rateOf =
  (requestsPerSecond: number, share: number): RateOf =>
  (operation) =>
    ownRates[operation] ?? requestsPerSecond * share;
