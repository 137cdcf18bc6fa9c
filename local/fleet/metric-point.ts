import type { LocalSession, Place, World } from "../world.ts";
import { lastTraceAt } from "./calls.ts";
import { hash, hashText } from "./random.ts";

export const awsNamespace = "AWS/Bedrock-AgentCore";
export const serviceDimension = "AgentCore.CodeInterpreter";

/** What is counted of each call, by interpreter and operation. */
export type CallMetricName = "Invocations" | "Latency" | "UserErrors";
type UsageMetricName = "CPUUsed-vCPUHours" | "MemoryUsed-GBHours";

/** What AgentCore publishes of Code Interpreter, as far as the embedded AWS has it. */
export type AwsMetricName = CallMetricName | "ActiveSessionCount" | UsageMetricName;

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

/** How late a minute of a metric can be read: calls and gauges after a minute or two, usage up to an hour. */
export function isVisible(place: Place, world: World, metric: AwsMetricName, minuteAt: number): boolean {
  const seed = hashText(hashText(world.seed, place.account), place.region);
  const chanceMs = hash(seed, minuteAt / minute);
  const isUsage = metric === "CPUUsed-vCPUHours" || metric === "MemoryUsed-GBHours";
  const lagMs = isUsage ? 10 * minute + (chanceMs % (48 * minute)) : minute + (chanceMs % (2 * minute));
  return world.clock.now() >= minuteAt + minute + lagMs;
}

/** Whether a session can have something to tell in the query's time. */
export const isNear = (session: LocalSession, query: MetricQuery): boolean =>
  session.bootAt < query.toMs && lastTraceAt(session) >= query.fromMs;

export const minuteOf = (at: number): number => Math.floor(at / minute) * minute;

export const merged = (one: MetricPoint, other: MetricPoint): MetricPoint => ({
  startAt: one.startAt,
  sampleCount: one.sampleCount + other.sampleCount,
  sum: one.sum + other.sum,
  minimum: Math.min(one.minimum, other.minimum),
  maximum: Math.max(one.maximum, other.maximum),
});

export const single = (startAt: number, value: number): MetricPoint => ({
  startAt,
  sampleCount: 1,
  sum: value,
  minimum: value,
  maximum: value,
});
