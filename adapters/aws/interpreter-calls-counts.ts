import type { Dimension, MetricDataQuery, MetricDataResult } from "@aws-sdk/client-cloudwatch";
import type { CountedMinute } from "../../core/cleanup/evidence/call-evidence.ts";
import type { Span, Unknown } from "../../core/cleanup/evidence/evidence.ts";
import type { Target } from "../../core/inventory/target.ts";
import { greatestOf } from "../../core/kernel/extremes.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { AwsClients } from "./clients.ts";
import { listedCalls } from "./interpreter-calls-series.ts";
import { agentCoreNamespace } from "./listed-dimensions.ts";
import { metricData } from "./metric-data.ts";

/** Calls of one interpreter by the minute, as CloudWatch counts them. */
export interface CallCounts {
  readonly kind: "known";
  /** Whole minutes. What lies after it, up to an hour, is there as far as it is recorded. */
  readonly window: Span;
  /** Up to here a minute that is not there had no calls. */
  readonly completeUntil: Instant;
  /** Of all calls that use sessions. */
  readonly minutes: readonly CountedMinute[];
  /** Why they end so early that they say nothing of now; null where they do not. What they say of before is true all the same. */
  readonly late: Unknown | null;
}

const minuteMs = 60_000;
/** A datapoint of a minute was seen one to three minutes after it; this leaves some room. */
export const metricLagMs = 5 * minuteMs;
/** Data that end so much earlier are not late but missing. */
const latestMs = 10 * minuteMs;
/** A pass takes some time, and clocks differ: calls that are recorded later than its `now` are calls all the same. */
const afterMs = 60 * minuteMs;
const service: readonly Dimension[] = [{ Name: "Service", Value: "AgentCore.CodeInterpreter" }];

/**
 * Counts calls of interpreters. A minute without a datapoint is one without calls only where the series is listed, and the Region's
 * `ActiveSessionCount` has that minute, which it has while any session lives. $0.01 for 1000 metrics asked for: one of each
 * interpreter and operation, and one of the Region.
 */
export async function callCounts(
  clients: AwsClients,
  target: Target,
  interpreters: readonly { readonly id: InterpreterId; readonly arn: string }[],
  window: Span,
  now: Instant,
  signal: AbortSignal,
): Promise<ReadonlyMap<InterpreterId, CallCounts | Unknown>> {
  const { seriesOf, problem: unlisted } = await listedCalls(clients, target, interpreters, signal);
  if (unlisted !== null) return allOf(interpreters, failed(unlisted.message));
  const own = interpreters.map(({ id }) => seriesOf(id));
  const asked = own.flat();
  if (asked.length === 0) return new Map(interpreters.map(({ id }) => [id, neverCalled(id)]));
  const span = { from: floorTo(window.from), until: floorTo(window.until) };
  const readUntil = plusMs(span.until, afterMs);
  const queries = [
    queryOf("ActiveSessionCount", service, "Maximum"),
    ...asked.map(({ dimensions }) => queryOf("Invocations", dimensions, "Sum")),
  ];
  const read = await metricData(clients, target.region, queries, { from: span.from, until: readUntil }, signal);
  const [problem] = read.problems;
  if (problem !== undefined) return allOf(interpreters, failed(problem.message));
  if (!read.results.every(isWhole)) return allOf(interpreters, cut(target.region));
  const control = minutesOf(read.results[0] ?? []);
  const known = knownUntil(target.region, span, now, control, readUntil);
  if ("kind" in known) return allOf(interpreters, known);
  const { completeUntil, late } = known;
  let next = 1;
  const found = new Map<InterpreterId, CallCounts | Unknown>();
  for (const [index, { id }] of interpreters.entries()) {
    const series = own[index] ?? [];
    const counted = series.map(({ dimensions }, at) => ({
      dimensions,
      minutes: minutesOf(read.results[next + at] ?? []),
    }));
    next += series.length;
    const minutes = countedMinutes(span.from, readUntil, completeUntil, control, byMinute(counted));
    found.set(
      id,
      series.length === 0 ? neverCalled(id) : { kind: "known", window: span, completeUntil, minutes, late },
    );
  }
  return found;
}

/** Up to where data are complete, or why that is not known. */
function knownUntil(
  region: string,
  { from, until }: Span,
  now: Instant,
  control: Counts,
  readUntil: Instant,
): Pick<CallCounts, "completeUntil" | "late"> | Unknown {
  if (control.size === 0) return noControl(region, from, until);
  const latest = (greatestOf(control.keys()) ?? from) + minuteMs;
  if (latest >= readUntil && readUntil > now) return clockBehind(region, now);
  const completeUntil = floorTo(Math.min(latest, now - metricLagMs));
  const isLate = Math.min(until, now - metricLagMs) - completeUntil > latestMs;
  return { completeUntil, late: isLate ? lateOf(region, completeUntil) : null };
}

type Counts = ReadonlyMap<number, number | null>;

/** By minute. A value that is no count makes its minute unknown; of a minute that comes twice, as on two pages, the higher count holds. */
function minutesOf(results: readonly MetricDataResult[]): Counts {
  const counts = new Map<number, number | null>();
  for (const { Timestamps = [], Values = [] } of results) {
    for (const [index, at] of Timestamps.entries()) {
      const value = Values[index];
      const isCount = value !== undefined && Number.isFinite(value) && value >= 0;
      const minuteAt = floorTo(at.getTime());
      const before = counts.get(minuteAt);
      counts.set(minuteAt, isCount && before !== null ? Math.max(value, before ?? 0) : null);
    }
  }
  return counts;
}

interface CountedSeries {
  readonly dimensions: readonly Dimension[];
  readonly minutes: Counts;
}

/**
 * Series with the same names of dimensions, and other values, are of other calls: they add up. Those with other names, or of a resource that is
 * spelled otherwise, are the same calls once more, or a part of them: of each operation the higher sum holds.
 */
function byMinute(counted: readonly CountedSeries[]): Counts {
  const operations = [...Map.groupBy(counted, (each) => dimensionOf(each, "Operation")).values()].map((own) => [
    ...Map.groupBy(own, splitOf).values(),
  ]);
  const minutes = new Set(counted.flatMap((each) => [...each.minutes.keys()]));
  return new Map(
    [...minutes].map((minuteAt) => {
      const isUnknown = counted.some((each) => each.minutes.get(minuteAt) === null);
      const countIn = (own: readonly CountedSeries[]): number =>
        sumOf(own.map((each) => each.minutes.get(minuteAt) ?? 0));
      const highest = operations.map((splits) => greatestOf(splits.map(countIn)) ?? 0);
      return [minuteAt, isUnknown ? null : sumOf(highest)];
    }),
  );
}

const dimensionOf = ({ dimensions }: CountedSeries, name: string): string =>
  dimensions.find(({ Name }) => Name === name)?.Value ?? "";

/** By what the calls of an operation are told apart. */
const splitOf = (series: CountedSeries): string =>
  JSON.stringify([dimensionOf(series, "Resource"), ...series.dimensions.map(({ Name }) => Name ?? "").toSorted()]);

const sumOf = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

/** Minutes with calls, as late as they are recorded, and all others up to where data are complete. */
function countedMinutes(
  from: Instant,
  until: Instant,
  completeUntil: Instant,
  control: Counts,
  counts: Counts,
): readonly CountedMinute[] {
  const minutes: CountedMinute[] = [];
  for (let minuteAt = from; minuteAt < until; minuteAt = plusMs(minuteAt, minuteMs)) {
    const count = counts.get(minuteAt);
    if (count !== undefined) minutes.push({ minuteAt, count });
    else if (minuteAt < completeUntil) minutes.push({ minuteAt, count: control.has(minuteAt) ? 0 : null });
  }
  return minutes;
}

const queryOf = (metric: string, dimensions: readonly Dimension[], stat: string): Omit<MetricDataQuery, "Id"> => ({
  MetricStat: {
    Metric: { Namespace: agentCoreNamespace, MetricName: metric, Dimensions: [...dimensions] },
    Period: minuteMs / 1000,
    Stat: stat,
  },
});

/** A result that never came, or whose last page says that there is more, lacks minutes that would look like quiet ones. So does one of no time. */
const isWhole = (results: readonly MetricDataResult[]): boolean =>
  results.at(-1)?.StatusCode === "Complete" &&
  results.every(({ Timestamps = [] }) => Timestamps.every((at) => Number.isFinite(at.getTime())));

const floorTo = (at: number): Instant => instant(Math.floor(at / minuteMs) * minuteMs);

const allOf = (interpreters: readonly { readonly id: InterpreterId }[], unknown: Unknown) =>
  new Map(interpreters.map(({ id }) => [id, unknown] as const));

const isoOf = (at: number): string => new Date(at).toISOString();

const failed = (message: string): Unknown => ({ kind: "unknown", code: "failed", message });

const cut = (region: string): Unknown =>
  failed(
    `GetMetricData in ${region} did not give all that was asked for: what is missing is unknown, and the next pass asks again.`,
  );

const clockBehind = (region: string, now: Instant): Unknown =>
  failed(
    `CloudWatch in ${region} has data of an hour after ${isoOf(now)}, which is the time here: a clock is wrong, or this pass takes too long.`,
  );

const neverCalled = (id: InterpreterId): Unknown => ({
  kind: "unknown",
  code: "never-called",
  message: `CloudWatch lists no calls of interpreter ${id} in the last two weeks (a first one takes 15 minutes to be listed), so a minute without a datapoint says nothing.`,
});

const noControl = (region: string, from: Instant, until: Instant): Unknown => ({
  kind: "unknown",
  code: "no-control-series",
  message: `ActiveSessionCount in ${region} has no datapoint from ${isoOf(from)} to ${isoOf(until)}, so data of calls may be missing as well: see whether CloudWatch has the Region's metrics of AgentCore.`,
});

const lateOf = (region: string, completeUntil: Instant): Unknown => ({
  kind: "unknown",
  code: "data-late",
  message: `CloudWatch has the Region's metrics of AgentCore in ${region} up to ${isoOf(completeUntil)} only: later calls are not known.`,
});
