import type { LocalCall, LocalInterpreter, Place, World } from "../world.ts";
import { callsOf } from "./calls.ts";
import { lookUpsOf } from "./look-ups.ts";
import {
  type CallMetricName,
  isNear,
  isVisible,
  type MetricPoint,
  type MetricQuery,
  merged,
  minuteOf,
  single,
} from "./metric-point.ts";

/** How long a look-up takes, in milliseconds. */
const lookUpMs = 25;

/** What can be read of an interpreter's calls, by minute. A minute without any has no point at all. */
export function callSamples(place: Place, world: World, query: MetricQuery, metric: CallMetricName): MetricPoint[] {
  const { Resource: resource, Operation: operation } = query.dimensions;
  if (Object.keys(query.dimensions).length !== 2 || operation === undefined) return [];
  const interpreter = [...place.interpreters.values()].find((each) => each.arn === resource);
  if (interpreter === undefined) return [];
  const minutes = new Map<number, MetricPoint>();
  const add = (at: number, value: number | null): void => {
    if (value === null || at < query.fromMs || at >= query.toMs || at > world.clock.now()) return;
    const sample = single(minuteOf(at), value);
    const known = minutes.get(sample.startAt);
    minutes.set(sample.startAt, known === undefined ? sample : merged(known, sample));
  };
  for (const session of place.sessions.get(interpreter.id)?.values() ?? []) {
    if (!isNear(session, query) || session.createdAt > world.clock.now()) continue;
    for (const call of callsOf(session, query.fromMs, query.toMs)) {
      if (call.operation === operation) add(stampOf(call, world), countOf(call, metric));
    }
  }
  for (const at of lookUps(place, interpreter, operation))
    add(at, metric === "UserErrors" ? null : countOfLookUp(metric));
  return [...minutes.values()].filter(({ startAt }) => isVisible(place, world, metric, startAt));
}

const stampOf = (call: LocalCall, world: World): number =>
  world.unknowns.invocationStamp === "start" ? call.startAt : call.endAt;

/** Null: it does not count. "Each API call counts as one invocation, regardless of the […] response status." */
function countOf(call: LocalCall, metric: CallMetricName): number | null {
  switch (metric) {
    case "Invocations":
      return 1;
    case "Latency":
      return call.endAt - call.startAt;
    case "UserErrors":
      return call.isRefused === true ? 1 : null;
    default:
      return metric satisfies never;
  }
}

const countOfLookUp = (metric: "Invocations" | "Latency"): number => (metric === "Latency" ? lookUpMs : 1);

const lookUps = (place: Place, { id }: LocalInterpreter, operation: string): readonly number[] =>
  operation === "GetCodeInterpreterSession" || operation === "ListCodeInterpreterSessions"
    ? lookUpsOf(place, id, operation)
    : [];
