import type { CountedMinute } from "../../core/cleanup/evidence/call-evidence.ts";
import type { Span } from "../../core/cleanup/evidence/evidence.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";

const minuteMs = 60_000;
/** The metric and the record of a call may be stamped so far apart, on either side of a minute's edge. */
export const skewMs = 250;
/** How much later than the data of the single calls the data of the metric can go. */
const edgesTried = 16;

/**
 * The longest stretch of whole minutes, up to `until` at the latest, in which the single calls of `times` (in order) are all that the
 * metric counts: as many in all, and up to each minute's edge. A call that is too close to an edge may be on either side of it, but
 * the stretch begins and ends where there is none, so that one call too few is never made up for by it. Null where there is none.
 */
export function agreedSpan(
  minutes: readonly CountedMinute[],
  times: readonly number[],
  from: Instant,
  until: Instant,
): Span | null {
  const counts = new Map(minutes.map(({ minuteAt, count }) => [minuteAt, count]));
  let longest: Span | null = null;
  for (let tried = 0; tried < edgesTried; tried += 1) {
    const end = plusMs(until, -tried * minuteMs);
    if (end <= from) break;
    if (!isClear(times, end)) continue;
    const start = agreedFrom(counts, times, from, end);
    if (start < end && end - start > (longest === null ? 0 : longest.until - longest.from)) {
      longest = { from: start, until: end };
    }
  }
  return longest;
}

/** How far back from `end` they agree. */
function agreedFrom(
  counts: ReadonlyMap<Instant, number | null>,
  times: readonly number[],
  from: Instant,
  end: Instant,
): Instant {
  const before = countBefore(times, end);
  let counted = 0;
  let agreed = end;
  for (let edge = plusMs(end, -minuteMs); edge >= from; edge = plusMs(edge, -minuteMs)) {
    const count = counts.get(edge);
    // What is not known agrees with nothing.
    if (count === undefined || count === null) break;
    counted += count;
    const most = before - countBefore(times, edge - skewMs);
    const least = before - countBefore(times, edge + skewMs);
    if (counted < least || counted > most) break;
    if (isClear(times, edge)) agreed = instant(edge);
  }
  return agreed;
}

const isClear = (times: readonly number[], edge: number): boolean =>
  countBefore(times, edge - skewMs) === countBefore(times, edge + skewMs);

/** How many of them are before that moment. */
function countBefore(times: readonly number[], at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
