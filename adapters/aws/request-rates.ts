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
  // CloudWatch and CloudWatch Logs quotas, read 2026-11: GetMetricData 50, ListMetrics 25, FilterLogEvents 5 to 25 by Region,
  // the other log operations 5 to 10.
  GetMetricData: 25,
  ListMetrics: 10,
  FilterLogEvents: 5,
  DescribeLogGroups: 5,
  DescribeDeliveries: 5,
  DescribeDeliverySources: 5,
  DescribeDeliveryDestinations: 5,
  StartQuery: 5,
  GetQueryResults: 5,
  StopQuery: 5,
  GetCostAndUsage: 1,
  // Parameter Store takes 40 reads and 3 writes a second at its standard throughput, read 2026-11.
  GetParameter: 20,
  PutParameter: 1,
  // S3 takes thousands a second for each prefix.
  ListObjectsV2: 50,
  GetObject: 50,
  HeadObject: 50,
  PutObject: 50,
  // An on-demand table takes thousands a second from its first minute.
  GetItem: 500,
  Query: 500,
};

/** The operations of AgentCore get a share of their quota: it is production's too. */
export const rateOf =
  (requestsPerSecond: number, share: number, othersTimes = 1): RateOf =>
  (operation) => {
    const own = ownRates[operation];
    return own === undefined ? requestsPerSecond * share : own * othersTimes;
  };
