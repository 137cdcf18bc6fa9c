import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { InvocationStamp } from "../policy/policy.ts";
import type { CallEvidence, Span } from "./evidence.ts";

/** What was read of calls, whoever made them. */
export interface CallReading {
  readonly asOf: Instant;
  readonly of: CallEvidence["of"];
  /** Of the stamps that were read. */
  readonly window: Span;
  /** All that is stamped before this is there. */
  readonly completeUntil: Instant;
  /** Whether a call is stamped when it begins or when it is complete: of minutes, in which it counts; of calls, when it is written. */
  readonly stamp: InvocationStamp;
}

/** How many calls CloudWatch counts in one minute; null where that is not known. */
export interface CountedMinute {
  readonly minuteAt: Instant;
  readonly count: number | null;
}

/** One call; `endAt` is null while it is in flight. */
export interface ExactCall {
  readonly startAt: Instant;
  readonly endAt: Instant | null;
}

/** A synchronous request lasts this long at most (AgentCore's quotas, read 2026-11). */
export const longestCallMs = 15 * 60_000;
const minuteMs = 60_000;

/** When requests were, or may have been, in flight, by counts of minutes. A minute that is not known counts as one with calls. */
export function evidenceOfMinutes(minutes: readonly CountedMinute[], reading: CallReading): CallEvidence {
  const { before, after } = reachOf(reading.stamp);
  const spans = minutes
    .filter(({ count }) => count !== 0)
    .map(({ minuteAt }) => ({ from: plusMs(minuteAt, -before), until: plusMs(minuteAt, minuteMs + after) }));
  return evidence(spans, reading);
}

/** The same by single calls. One that is in flight may go on for as long as a call can. */
export function evidenceOfCalls(calls: readonly ExactCall[], reading: CallReading): CallEvidence {
  const spans = calls.map(({ startAt, endAt }) => {
    const until = endAt ?? plusMs(startAt, longestCallMs);
    const from = instant(Math.min(startAt, until));
    // A call that took less than a millisecond was in flight all the same.
    return { from, until: instant(Math.max(startAt, until, from + 1)) };
  });
  return evidence(spans, reading);
}

/** How far from its minute a call can have been in flight. */
function reachOf(stamp: InvocationStamp): { readonly before: number; readonly after: number } {
  switch (stamp) {
    case "start":
      return { before: 0, after: longestCallMs };
    case "completion":
      return { before: longestCallMs, after: 0 };
    case "unknown":
      return { before: longestCallMs, after: longestCallMs };
  }
}

function evidence(spans: readonly Span[], { asOf, of, window, completeUntil, stamp }: CallReading): CallEvidence {
  const { before, after } = reachOf(stamp);
  const readUntil = Math.min(completeUntil, window.until);
  return {
    kind: "known",
    asOf,
    of,
    // A call that is stamped at its start, before what was read, may still be in flight in it.
    window: { from: plusMs(window.from, after), until: window.until },
    // One that is stamped when it is complete, and is not complete yet, shows nowhere.
    inFlightUntil: instant(readUntil - before),
    maybeInFlight: joined(spans),
  };
}

/** So many spans are kept at most, of the latest: a record of a stop holds them all, and a store takes 400 kB for it. */
const mostSpans = 500;

/**
 * In order and disjoint; spans that touch are one. Of more than can be kept, the earliest are one span from the first to the last of them, in
 * which there may have been a call at any time: nothing is quieter for it, and the last call is what decisions go by.
 */
function joined(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last === undefined || span.from > last.until) result.push(span);
    else result[result.length - 1] = { from: last.from, until: instant(Math.max(last.until, span.until)) };
  }
  const [first, last] = [result[0], result[result.length - mostSpans]];
  if (first === undefined || last === undefined) return result;
  return [{ from: first.from, until: last.until }, ...result.slice(1 - mostSpans)];
}
