import { type CountedMinute, longestCallMs } from "../../core/cleanup/evidence/call-evidence.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import type { InvocationStamp } from "../../core/cleanup/policy/policy.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { agreedSpan, skewMs } from "./session-calls-agree.ts";
import { clockSkewMs, type RecordedCall } from "./session-calls-record.ts";

const minuteMs = 60_000;

/** What calls are held against. */
export interface CountedCalls {
  readonly minutes: readonly CountedMinute[];
  readonly window: Span;
  readonly completeUntil: Instant;
}

type Counted = Pick<RecordedCall, "counted">;

/**
 * In which time no call of the interpreter is missing from those that were recorded, and ends by `latest`; null where there is none. A
 * call that is missing counts in the metric, at its start or at its completion, so that minute must be one that agrees. Where
 * nobody knows which of both it is, it must be so for both, but for one that the recorded calls refute.
 */
export function knownSpan(
  counted: CountedCalls,
  calls: readonly Counted[],
  stamp: InvocationStamp,
  latest: Instant,
): Span | null {
  const over = calls.filter(isOverBefore(counted.completeUntil));
  const spans = (["start", "completion"] as const)
    .filter((kind) => stamp === "unknown" || stamp === kind)
    .filter((kind) => !isRefuted(counted, timesOf(over, kind)))
    .map((kind) =>
      knownBy(
        kind,
        counted,
        timesOf(calls, kind).toSorted((a, b) => a - b),
      ),
    );
  if (spans.length === 0) return null;
  const from = Math.max(...spans.map((span) => span?.from ?? Number.POSITIVE_INFINITY));
  const until = Math.min(latest, ...spans.map((span) => span?.until ?? Number.NEGATIVE_INFINITY));
  return from < until ? { from: instant(from), until: instant(until) } : null;
}

const timesOf = (calls: readonly Counted[], kind: Exclude<InvocationStamp, "unknown">): readonly Instant[] =>
  calls.map((call) => call.counted[kind]);

/** A call refutes nothing before the metric has both of its ends: the one that it would leave is as far off as it likes. */
const isOverBefore =
  (completeUntil: Instant) =>
  ({ counted: { start, completion } }: Counted): boolean =>
    completion < completeUntil && completion - start <= longestCallMs + clockSkewMs;

/** The metric counts all calls: one that has fewer in a minute than were recorded in it does not count them so. */
function isRefuted({ minutes, completeUntil }: CountedCalls, times: readonly Instant[]): boolean {
  const recorded = new Map<number, number>();
  for (const at of times) {
    const minuteAt = Math.floor(at / minuteMs) * minuteMs;
    const isInside = at - skewMs >= minuteAt && at + skewMs < minuteAt + minuteMs;
    if (isInside) recorded.set(minuteAt, (recorded.get(minuteAt) ?? 0) + 1);
  }
  return minutes.some(
    ({ minuteAt, count }) => minuteAt < completeUntil && count !== null && (recorded.get(minuteAt) ?? 0) > count,
  );
}

/** What is known if the metric counts calls so. */
function knownBy(
  kind: Exclude<InvocationStamp, "unknown">,
  { minutes, window, completeUntil }: CountedCalls,
  times: readonly Instant[],
): Span | null {
  const agreed = agreedSpan(minutes, times, window.from, completeUntil);
  if (agreed === null) return null;
  const { from, until } = agreed;
  return kind === "start"
    ? { from: plusMs(from, longestCallMs), until }
    : { from, until: plusMs(until, -longestCallMs) };
}
