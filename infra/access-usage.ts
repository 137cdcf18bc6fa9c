import { customInterpreters } from "./access-sandboxes.ts";
import { inRegions, type PolicyPlace, type Statement } from "./statement.ts";

/** Where usage records may be read. */
export interface UsagePlaces {
  /** Names of log groups, with `*` for any run of characters. */
  readonly logGroups: readonly string[];
  /** Names of buckets. */
  readonly buckets: readonly string[];
  /** The bucket of a trail that says who started a session; null where there is none. */
  readonly trailBucket: string | null;
}

/** The log groups that the console and the documents of AWS name. */
export const usualUsageGroups = "/aws/vendedlogs/bedrock-agentcore/*";

/**
 * Reading what sessions used: tags, usage records, and the metrics of interpreters. Which delivery goes where, what a query
 * found and what a metric says take no resource (service authorization reference, read in November 2026).
 */
export const readUsage = (
  place: PolicyPlace,
  { logGroups, buckets, trailBucket }: UsagePlaces,
): readonly Statement[] => [
  {
    sid: "ReadTags",
    effect: "allow",
    actions: ["bedrock-agentcore:ListTagsForResource"],
    resources: customInterpreters(place),
  },
  {
    sid: "FindUsageLogs",
    effect: "allow",
    actions: [
      "logs:DescribeDeliveries",
      "logs:DescribeDeliveryDestinations",
      "logs:DescribeDeliverySources",
      "logs:GetQueryResults",
      "logs:StopQuery",
    ],
    resources: ["*"],
    ...inRegions(place),
  },
  {
    // Names and retention of groups, no line of any.
    sid: "ListLogGroups",
    effect: "allow",
    actions: ["logs:DescribeLogGroups"],
    resources: [logGroupOf(place, "*")],
    ...inRegions(place),
  },
  {
    sid: "ReadUsageLogs",
    effect: "allow",
    actions: ["logs:FilterLogEvents", "logs:StartQuery"],
    resources: logGroups.map((name) => logGroupOf(place, name)),
    ...inRegions(place),
  },
  ...(buckets.length === 0 ? [] : [readBuckets("ReadUsageBuckets", place, buckets)]),
  ...(trailBucket === null ? [] : [readBuckets("ReadTrail", place, [trailBucket])]),
  {
    sid: "ReadInterpreterMetrics",
    effect: "allow",
    actions: ["cloudwatch:GetMetricData", "cloudwatch:ListMetrics"],
    resources: ["*"],
    ...inRegions(place),
  },
];

/** Where X-Ray keeps the spans of all services of an account and Region, those of calls of sandboxes among them. */
const spansGroup = "aws/spans";

/** Which session was called, and when: application logs are among the usual groups. */
export const readCalls = (place: PolicyPlace): Statement => ({
  sid: "ReadCalls",
  effect: "allow",
  actions: ["logs:FilterLogEvents"],
  resources: [logGroupOf(place, usualUsageGroups), logGroupOf(place, spansGroup)],
  ...inRegions(place),
});

const readBuckets = (sid: string, { partition }: PolicyPlace, buckets: readonly string[]): Statement => ({
  sid,
  effect: "allow",
  actions: ["s3:GetObject", "s3:ListBucket"],
  resources: buckets.flatMap((bucket) => [`arn:${partition}:s3:::${bucket}`, `arn:${partition}:s3:::${bucket}/*`]),
});

/** A log group of any Region, whose ARN ends in `:*` for its streams: one ARN for each Region would not fit into a policy. */
const logGroupOf = ({ partition, account }: PolicyPlace, name: string): string =>
  `arn:${partition}:logs:*:${account}:log-group:${name.endsWith("*") ? name : `${name}:*`}`;
