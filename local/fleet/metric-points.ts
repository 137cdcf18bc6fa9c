import type { LocalInterpreter, Place, World } from "../world.ts";
import { callSamples } from "./call-samples.ts";
import { plannedEnd } from "./life.ts";
import {
  type AwsMetricName,
  isNear,
  isVisible,
  type MetricPoint,
  type MetricQuery,
  merged,
  serviceDimension,
  single,
} from "./metric-point.ts";
import { minuteUsage } from "./minute-usage.ts";

const minute = 60_000;
const gib = 2 ** 30;

/** The points that can be read now, by start. None for a metric or dimensions that AgentCore does not publish. */
export function metricPoints(place: Place, world: World, query: MetricQuery): MetricPoint[] {
  const points = new Map<number, MetricPoint>();
  for (const sample of samplesOf(place, world, query)) {
    const startAt = Math.floor(sample.startAt / query.periodMs) * query.periodMs;
    const known = points.get(startAt);
    points.set(startAt, known === undefined ? { ...sample, startAt } : merged(known, sample));
  }
  return [...points.values()].sort((one, other) => one.startAt - other.startAt);
}

/** How an interpreter is named in the dimension of the usage metrics. */
export const usageResource = (interpreter: LocalInterpreter, world: World): string =>
  world.unknowns.resourceDimension === "arn" ? interpreter.arn : interpreter.id;

function samplesOf(place: Place, world: World, query: MetricQuery): MetricPoint[] {
  switch (query.metric) {
    case "Invocations":
    case "Latency":
    case "UserErrors":
      return callSamples(place, world, query, query.metric);
    case "ActiveSessionCount":
      return activeSessions(place, world, query);
    case "CPUUsed-vCPUHours":
      return usage(place, world, query, "CPUUsed-vCPUHours");
    case "MemoryUsed-GBHours":
      return usage(place, world, query, "MemoryUsed-GBHours");
    default:
      return [];
  }
}

/** A gauge, read at the end of each minute since the first session. */
function activeSessions(place: Place, world: World, query: MetricQuery): MetricPoint[] {
  if (!isService(query.dimensions)) return [];
  const all = [...place.sessions.values()].flatMap((sessions) => [...sessions.values()]);
  const firstAt = all.reduce((least, session) => Math.min(least, session.createdAt), Number.POSITIVE_INFINITY);
  const near = all.filter((session) => isNear(session, query));
  return visibleMinutes(place, world, query, "ActiveSessionCount")
    .filter((minuteAt) => minuteAt + minute > firstAt)
    .map((minuteAt) => {
      const at = minuteAt + minute - 1;
      const live = near.filter((session) => session.createdAt <= at && at < plannedEnd(session).endedAt).length;
      return single(minuteAt, live);
    });
}

function usage(
  place: Place,
  world: World,
  query: MetricQuery,
  metric: "CPUUsed-vCPUHours" | "MemoryUsed-GBHours",
): MetricPoint[] {
  const { Resource: resource, ...rest } = query.dimensions;
  if (!isService(rest)) return [];
  const interpreters = [...place.interpreters.values()].filter(
    (each) => resource === undefined || usageResource(each, world) === resource,
  );
  return visibleMinutes(place, world, query, metric).flatMap((minuteAt) => {
    const used = interpreters.flatMap((each) => minuteUsage(place, world, each.id, minuteAt) ?? []);
    if (used.length === 0) return [];
    const hours = used.map((each) =>
      metric === "CPUUsed-vCPUHours" ? each.vcpuNs / 3600e9 : each.byteMs / (3_600_000 * gib),
    );
    return [
      single(
        minuteAt,
        hours.reduce((sum, each) => sum + each, 0),
      ),
    ];
  });
}

function visibleMinutes(place: Place, world: World, query: MetricQuery, metric: AwsMetricName): number[] {
  const minutes: number[] = [];
  const until = Math.min(query.toMs, world.clock.now());
  for (let at = Math.ceil(query.fromMs / minute) * minute; at < until; at += minute) {
    if (isVisible(place, world, metric, at)) minutes.push(at);
  }
  return minutes;
}

function isService({ Service: service, ...others }: Readonly<Record<string, string>>): boolean {
  return service === serviceDimension && Object.keys(others).length === 0;
}
