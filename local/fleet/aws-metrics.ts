import type { LocalInterpreter, LocalSession, Place, World } from "../world.ts";
import { callsOf, lastInvokeAt } from "./calls.ts";
import { plannedEnd } from "./life.ts";
import { lookUpOperations, lookUpsOf } from "./look-ups.ts";
import { type AwsMetricName, awsNamespace, serviceDimension } from "./metric-point.ts";
import { usageResource } from "./metric-points.ts";

/** A metric of AWS's own that has points. */
export interface AwsMetric {
  readonly namespace: string;
  readonly metric: AwsMetricName;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: "Count" | "Milliseconds" | "None";
  /** Stamp of its first point. */
  readonly firstAt: number;
  /** Stamp of its latest point by now, whether it can be read yet or not. */
  readonly latestAt: number;
}

const service = { Service: serviceDimension };

/** What a listing of metrics finds; AWS publishes nothing of an interpreter that never had a session. */
export function listAwsMetrics(place: Place, world: World): AwsMetric[] {
  const now = world.clock.now();
  const found = [...place.interpreters.values()].flatMap((interpreter) => {
    const born = [...(place.sessions.get(interpreter.id)?.values() ?? [])].filter((each) => each.createdAt <= now);
    return born.length === 0 ? [] : [{ interpreter, born }];
  });
  const all = found.flatMap(({ born }) => born);
  if (all.length === 0) return [];
  const counted = { namespace: awsNamespace, unit: "Count" as const };
  return [
    ...found.flatMap(({ interpreter, born }) => callMetrics(place, interpreter, born, now)),
    { ...counted, metric: "ActiveSessionCount", dimensions: service, firstAt: lifeOf(all, now).firstAt, latestAt: now },
    ...usageMetrics(service, lifeOf(all, now)),
    ...found.flatMap(({ interpreter, born }) =>
      usageMetrics({ ...service, Resource: usageResource(interpreter, world) }, lifeOf(born, now)),
    ),
  ];
}

interface Span {
  readonly firstAt: number;
  readonly latestAt: number;
}

const usageMetrics = (dimensions: Readonly<Record<string, string>>, span: Span): AwsMetric[] =>
  (["CPUUsed-vCPUHours", "MemoryUsed-GBHours"] as const).map((metric) => ({
    namespace: awsNamespace,
    metric,
    dimensions,
    unit: "None",
    ...span,
  }));

function callMetrics(
  place: Place,
  interpreter: LocalInterpreter,
  born: readonly LocalSession[],
  now: number,
): AwsMetric[] {
  const spans: Record<string, Span | null> = {
    StartCodeInterpreterSession: spanOf(born.map((each) => each.createdAt)),
    InvokeCodeInterpreter: spanOf(born.flatMap((each) => invokedAt(each, now))),
    StopCodeInterpreterSession: spanOf(born.flatMap((each) => stoppedAt(each, now))),
    ...Object.fromEntries(lookUpOperations.map((each) => [each, spanOf(lookUpsOf(place, interpreter.id, each))])),
  };
  const refusals = born.flatMap(({ calls }) => calls.filter((call) => call.isRefused === true));
  const refused = spanOf(refusals.map((call) => call.startAt));
  const listed = (metric: AwsMetricName, unit: AwsMetric["unit"], operation: string, span: Span | null): AwsMetric[] =>
    span === null
      ? []
      : [
          {
            namespace: awsNamespace,
            metric,
            dimensions: { Resource: interpreter.arn, Operation: operation },
            unit,
            ...span,
          },
        ];
  return [
    ...Object.entries(spans).flatMap(([operation, span]) => [
      ...listed("Invocations", "Count", operation, span),
      ...listed("Latency", "Milliseconds", operation, span),
    ]),
    ...listed("UserErrors", "Count", "InvokeCodeInterpreter", refused),
  ];
}

/** The first and the latest moment of its being invoked. By plan the first comes within ten minutes. */
function invokedAt(session: LocalSession, now: number): number[] {
  const early = callsOf(session, session.createdAt, Math.min(now, session.createdAt + 600_000));
  const first = [...early, ...session.calls].find((call) => call.operation === "InvokeCodeInterpreter");
  if (first === undefined) return [];
  return [first.startAt, lastInvokeAt(session, now) ?? first.startAt];
}

function stoppedAt(session: LocalSession, now: number): number[] {
  const end = plannedEnd(session);
  return end.endedBy === "stop" && end.endedAt <= now ? [end.endedAt] : [];
}

function lifeOf(sessions: readonly LocalSession[], now: number): Span {
  const span = spanOf(sessions.flatMap((each) => [each.bootAt, Math.min(now, plannedEnd(each).endedAt)]));
  return span ?? { firstAt: now, latestAt: now };
}

function spanOf(instants: readonly number[]): Span | null {
  if (instants.length === 0) return null;
  let firstAt = Number.POSITIVE_INFINITY;
  let latestAt = Number.NEGATIVE_INFINITY;
  for (const at of instants) {
    firstAt = Math.min(firstAt, at);
    latestAt = Math.max(latestAt, at);
  }
  return { firstAt, latestAt };
}
