import { listAwsMetrics } from "../../fleet/aws-metrics.ts";
import { awsNamespace } from "../../fleet/metric-point.ts";
import { metricPoints } from "../../fleet/metric-points.ts";
import { type Bucket, bucketOfSet } from "./bucket.ts";
import type { Listed, Reading, Slices } from "./reading.ts";

/** What AWS itself publishes of AgentCore, derived from the fleet: its lags are the fleet's. */
export const isOwn = (namespace: string): boolean => namespace === awsNamespace;

export function ownMetrics({ place, world }: Pick<Reading, "place" | "world">): readonly Listed[] {
  return listAwsMetrics(place, world).map(({ namespace, metric, dimensions, firstAt, latestAt }) => ({
    metric: { namespace, name: metric, dimensions: sorted(dimensions) },
    firstAt,
    latestAt,
  }));
}

/** One bucket for each minute that has a point. */
export function ownBuckets({ place, world }: Reading, asked: Slices): readonly (readonly [number, Bucket])[] {
  const { metric, unit, from, to } = asked;
  if (unit !== null && unit !== unitOf(metric.name)) return [];
  return metricPoints(place, world, {
    metric: metric.name,
    dimensions: Object.fromEntries(metric.dimensions),
    fromMs: from,
    toMs: to,
    periodMs: 60_000,
  }).map(({ startAt, sampleCount: count, sum, minimum: min, maximum: max }) => [
    startAt,
    bucketOfSet({ count, sum, min, max }),
  ]);
}

const unitOf = (name: string): string =>
  name.endsWith("Hours") ? "None" : name === "Latency" ? "Milliseconds" : "Count";

const sorted = (dimensions: Readonly<Record<string, string>>): readonly (readonly [string, string])[] =>
  Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
