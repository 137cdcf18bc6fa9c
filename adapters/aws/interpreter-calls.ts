import type { Dimension, MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import { type CountedMinute, evidenceOfMinutes } from "../../core/cleanup/call-evidence.ts";
import type { CallEvidence, Span, Unknown } from "../../core/cleanup/evidence.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { ReadInterpreterCalls } from "../../core/ports/activity.ts";
import type { AwsClients } from "./clients.ts";
import { agentCoreNamespace, listedDimensions } from "./listed-dimensions.ts";
import { metricData } from "./metric-data.ts";

const minuteMs = 60_000;
/** A datapoint of a minute was seen one to three minutes after it; this leaves some room. */
const lagMs = 5 * minuteMs;
/** Data that end earlier are not late but missing. */
const latestMs = 15 * minuteMs;
/** They neither use a session nor keep it busy; any other operation, one that is not known yet included, does. */
const noUse: ReadonlySet<string> = new Set([
  "StartCodeInterpreterSession",
  "StopCodeInterpreterSession",
  "GetCodeInterpreterSession",
  "ListCodeInterpreterSessions",
  "CodeInterpreterSession",
]);
const service: readonly Dimension[] = [{ Name: "Service", Value: "AgentCore.CodeInterpreter" }];

/**
 * Reads `Invocations` of interpreters by the minute. CloudWatch writes nothing for a minute without calls, so a minute without
 * a datapoint counts as one only where the series is listed, and the Region's `ActiveSessionCount` has that minute; while a
 * session lives, it has each. $0.01 for 1000 metrics asked for: one of each interpreter and operation, and one of the Region.
 */
export const awsInterpreterCalls =
  (clients: AwsClients): ReadInterpreterCalls =>
  async (target, interpreters, window, stamp, now, signal) => {
    const problems: Problem[] = [];
    const listed = await listedDimensions(clients, target, "Invocations", signal, problems);
    const series = interpreters.map(({ id }) => (listed.get(id) ?? []).filter(isUse));
    const span = { from: floorTo(window.from), until: floorTo(Math.min(window.until, now)) };
    const queries = [queryOf("ActiveSessionCount", service, "Maximum"), ...series.flat().map(callsQuery)];
    const asked = series.flat().length > 0 && span.until > span.from;
    const read = asked ? await metricData(clients, target.region, queries, span, signal) : { results: [], problems };
    const [problem] = [...problems, ...read.problems];
    const control = minutesOf(read.results.slice(0, 1));
    const completeUntil = Math.min(latestOf(control), now - lagMs);
    let next = 1;
    return new Map(
      interpreters.map(({ id }, index) => {
        const own = series[index] ?? [];
        const counts = minutesOf(read.results.slice(next, next + own.length));
        next += own.length;
        return [id, problem === undefined ? answerOf(id, own, counts) : failed(problem)] as const;
      }),
    );

    function answerOf(
      id: InterpreterId,
      own: readonly unknown[],
      counts: ReadonlyMap<number, number | null>,
    ): CallEvidence | Unknown {
      if (own.length === 0) return neverCalled(id);
      if (control.size === 0) return noControl(target.region, span);
      if (now - completeUntil > latestMs) return late(target.region, completeUntil);
      const minutes = countedMinutes(span, completeUntil, counts, control);
      const reading = {
        asOf: now,
        of: "interpreter",
        window: span,
        completeUntil: floorTo(completeUntil),
        stamp,
      } as const;
      return evidenceOfMinutes(minutes, reading);
    }
  };

const isUse = (dimensions: readonly Dimension[]): boolean => {
  const operation = dimensions.find(({ Name }) => Name === "Operation")?.Value;
  return operation === undefined || !noUse.has(operation);
};

const callsQuery = (dimensions: readonly Dimension[]) => queryOf("Invocations", dimensions, "Sum");

const queryOf = (metric: string, dimensions: readonly Dimension[], stat: string): Omit<MetricDataQuery, "Id"> => ({
  MetricStat: {
    Metric: { Namespace: agentCoreNamespace, MetricName: metric, Dimensions: [...dimensions] },
    Period: minuteMs / 1000,
    Stat: stat,
  },
});

/** Added up by minute. A value that is no count makes its minute unknown. */
function minutesOf(results: readonly (readonly MetricDataResult[])[]): ReadonlyMap<number, number | null> {
  const counts = new Map<number, number | null>();
  for (const { Timestamps = [], Values = [] } of results.flat()) {
    for (const [index, at] of Timestamps.entries()) {
      const minute = floorTo(at.getTime());
      const value = Values[index];
      const before = counts.get(minute);
      const isCount = value !== undefined && Number.isFinite(value) && value >= 0 && before !== null;
      counts.set(minute, isCount ? (before ?? 0) + value : null);
    }
  }
  return counts;
}

/** Minutes with calls, as late as they are recorded, and all others up to where data are complete. */
function countedMinutes(
  { from, until }: Span,
  completeUntil: number,
  counts: ReadonlyMap<number, number | null>,
  control: ReadonlyMap<number, number | null>,
): readonly CountedMinute[] {
  const minutes: CountedMinute[] = [];
  for (let minuteAt = from; minuteAt < until; minuteAt = instant(minuteAt + minuteMs)) {
    const count = counts.get(minuteAt);
    if (count !== undefined) minutes.push({ minuteAt, count });
    else if (minuteAt < completeUntil) minutes.push({ minuteAt, count: control.has(minuteAt) ? 0 : null });
  }
  return minutes;
}

/** The end of the last minute that there are data of. */
const latestOf = (minutes: ReadonlyMap<number, number | null>): number =>
  Math.max(...minutes.keys(), Number.NEGATIVE_INFINITY) + minuteMs;

const floorTo = (at: number): Instant => instant(Math.floor(at / minuteMs) * minuteMs);

const neverCalled = (id: InterpreterId): Unknown => ({
  kind: "unknown",
  code: "never-called",
  message: `CloudWatch lists no Invocations of interpreter ${id} in the last two weeks, so a minute without a datapoint says nothing: turn on application logs or traces of the interpreter.`,
});

const noControl = (region: string, { from, until }: Span): Unknown => ({
  kind: "unknown",
  code: "no-control-series",
  message: `ActiveSessionCount in ${region} has no datapoint from ${new Date(from).toISOString()} to ${new Date(until).toISOString()}, so data of calls may be missing as well: see whether CloudWatch has the Region's metrics of AgentCore.`,
});

const late = (region: string, completeUntil: number): Unknown => ({
  kind: "unknown",
  code: "data-late",
  message: `CloudWatch has the Region's metrics of AgentCore in ${region} up to ${new Date(completeUntil).toISOString()} only: later calls are not known.`,
});

const failed = ({ message }: Problem): Unknown => ({ kind: "unknown", code: "failed", message });
