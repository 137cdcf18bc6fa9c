import type { LocalCall, LocalInterpreter, LocalSession, Place, World } from "../world.ts";
import { callsOf } from "./calls.ts";
import { plannedEnd } from "./life.ts";
import { minuteUsage } from "./minute-usage.ts";
import { hash, hashText } from "./random.ts";

export const awsNamespace = "AWS/Bedrock-AgentCore";
export const serviceDimension = "AgentCore.CodeInterpreter";

/** What AgentCore publishes of Code Interpreter, as far as the embedded AWS has it. */
export type AwsMetricName = "Invocations" | "ActiveSessionCount" | "CPUUsed-vCPUHours" | "MemoryUsed-GBHours";

export interface MetricQuery {
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly fromMs: number;
  /** Not included. */
  readonly toMs: number;
  /** Whole minutes; a point starts at a multiple of it since 1970. */
  readonly periodMs: number;
}

export interface MetricPoint {
  readonly startAt: number;
  readonly sampleCount: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

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

/** How late a minute of a metric can be read: calls and gauges after a minute or two, usage up to an hour. */
function isVisible(place: Place, world: World, metric: AwsMetricName, minuteAt: number): boolean {
  const seed = hashText(hashText(world.seed, place.account), place.region);
  const chanceMs = hash(seed, minuteAt / minute);
  const isUsage = metric === "CPUUsed-vCPUHours" || metric === "MemoryUsed-GBHours";
  const lagMs = isUsage ? 10 * minute + (chanceMs % (48 * minute)) : minute + (chanceMs % (2 * minute));
  return world.clock.now() >= minuteAt + minute + lagMs;
}

/** How an interpreter is named in the dimension of the usage metrics. */
export const usageResource = (interpreter: LocalInterpreter, world: World): string =>
  world.unknowns.resourceDimension === "arn" ? interpreter.arn : interpreter.id;

function samplesOf(place: Place, world: World, query: MetricQuery): MetricPoint[] {
  switch (query.metric) {
    case "Invocations":
      return invocations(place, world, query);
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

/** A minute without calls has no point at all. */
function invocations(place: Place, world: World, query: MetricQuery): MetricPoint[] {
  const { Resource: resource, Operation: operation } = query.dimensions;
  if (Object.keys(query.dimensions).length !== 2 || operation === undefined) return [];
  const interpreter = [...place.interpreters.values()].find((each) => each.arn === resource);
  if (interpreter === undefined) return [];
  const counts = new Map<number, number>();
  const stampOf = (call: LocalCall): number => (world.unknowns.invocationStamp === "start" ? call.startAt : call.endAt);
  const now = world.clock.now();
  for (const session of place.sessions.get(interpreter.id)?.values() ?? []) {
    if (!isAliveWithin(session, query) || session.createdAt > now) continue;
    for (const call of callsOf(session, query.fromMs, query.toMs)) {
      const at = stampOf(call);
      if (call.operation !== operation || at < query.fromMs || at >= query.toMs || at > now) continue;
      const minuteAt = minuteOf(at);
      counts.set(minuteAt, (counts.get(minuteAt) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([minuteAt]) => isVisible(place, world, "Invocations", minuteAt))
    .map(([startAt, count]) => ({ startAt, sampleCount: count, sum: count, minimum: 1, maximum: 1 }));
}

/** A gauge, read at the end of each minute since the first session. */
function activeSessions(place: Place, world: World, query: MetricQuery): MetricPoint[] {
  if (!isService(query.dimensions)) return [];
  const all = [...place.sessions.values()].flatMap((sessions) => [...sessions.values()]);
  const firstAt = all.reduce((least, session) => Math.min(least, session.createdAt), Number.POSITIVE_INFINITY);
  const near = all.filter((session) => isAliveWithin(session, query));
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

const isAliveWithin = (session: LocalSession, query: MetricQuery): boolean =>
  session.bootAt < query.toMs && plannedEnd(session).endedAt >= query.fromMs;

const minuteOf = (at: number): number => Math.floor(at / minute) * minute;

const single = (startAt: number, value: number): MetricPoint => ({
  startAt,
  sampleCount: 1,
  sum: value,
  minimum: value,
  maximum: value,
});

const merged = (one: MetricPoint, other: MetricPoint): MetricPoint => ({
  startAt: one.startAt,
  sampleCount: one.sampleCount + other.sampleCount,
  sum: one.sum + other.sum,
  minimum: Math.min(one.minimum, other.minimum),
  maximum: Math.max(one.maximum, other.maximum),
});
