import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { ReadMark } from "../../ports/ledger.ts";
import { locationKey, type UsageLocation } from "../../ports/usage-source.ts";

/**
 * Why a window is read. `soon`: for a figure to see. `final`: once more when nothing comes late any more, and sealed.
 * `count`: a day later, only counted. `delivery`: files that were delivered in it, once.
 */
export type LookKind = "soon" | "final" | "count" | "delivery";

export interface ReadWindow {
  readonly kind: LookKind;
  readonly how: "rows" | "aggregated";
  readonly from: Instant;
  readonly until: Instant;
  /** The mark of the place once all of the window is in the ledger. */
  readonly after: ReadMark;
}

export interface WindowTerms {
  readonly now: Instant;
  readonly how: "rows" | "aggregated";
  /** How long a window may be that was never read before. */
  readonly reachMs: number;
  /** Looks that failed in this pass: a mark is a line, so that nothing behind a window is read before it. */
  readonly stuck: ReadonlySet<LookKind>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const stepMs = 5 * minuteMs;
/** Usual records have come by then. */
const soonAfterMs = 20 * minuteMs;
/** Boot usage is stamped up to 43 minutes early, and delivery takes up to 60 more: this is beyond both. */
export const finalAfterMs = 120 * minuteMs;
/** So much is read at once of what was read before: it bounds what a window holds in memory. */
export const windowMs = 15 * minuteMs;
/** A store of objects may show one a moment after the time that it says of it. */
const deliveredAfterMs = minuteMs;

/**
 * The window of a place that is to be read next, oldest first; null where there is none. Each record of a log group is read
 * three times at most, whatever the number of passes: a backlog, which is older than what may come late at its first
 * sight, is read for good at once.
 */
export function nextWindow(mark: ReadMark, location: UsageLocation, terms: WindowTerms): ReadWindow | null {
  if (location.windows === "delivery") return deliveryWindow(mark, terms);
  return finalWindow(mark, terms) ?? soonWindow(mark, terms) ?? countWindow(mark, location, terms);
}

/**
 * Where the reading of a place begins that was never read. It stays there however long the first reading fails: `since` is when
 * the place was found.
 */
export function firstMark(location: UsageLocation, since: Instant, backfillMs: number): ReadMark {
  const at = floorTo(since - Math.min(backfillMs, location.retentionMs ?? backfillMs), stepMs);
  return { source: locationKey(location), readUntil: at, finalUntil: at, checkedUntil: at };
}

/** An empty stretch of a backlog is crossed in longer and longer steps; a dense one in the usual ones. */
export function nextReach(reachMs: number, lines: number, { windows }: UsageLocation): number {
  if (lines > sparseLines) return windowMs;
  return windows === "delivery" ? 2 * reachMs : Math.min(2 * reachMs, longestMs);
}

const sparseLines = 10_000;
/** Where a long window is dense after all, a session cannot be written with more open records than these hours have. */
const longestMs = 6 * hourMs;

function finalWindow(mark: ReadMark, { now, how, reachMs, stuck }: WindowTerms): ReadWindow | null {
  const goodUntil = floorTo(now - finalAfterMs, stepMs);
  if (stuck.has("final") || mark.finalUntil >= goodUntil) return null;
  const from = mark.finalUntil;
  // What was read row by row is finished so: what is summed up on the way would not be recognised as the same.
  if (from < mark.readUntil) {
    const until = earliest(plusMs(from, windowMs), mark.readUntil, goodUntil);
    return { kind: "final", how: "rows", from, until, after: { ...mark, finalUntil: until } };
  }
  const until = earliest(plusMs(from, reachMs), goodUntil);
  // Read a day late, it needs no look a day later; and what is summed up cannot be counted.
  // What was read before it is still to be counted.
  const isCounted = mark.checkedUntil >= from && (how === "aggregated" || until <= now - dayMs);
  const checkedUntil = isCounted ? latest(mark.checkedUntil, until) : mark.checkedUntil;
  return { kind: "final", how, from, until, after: { ...mark, finalUntil: until, readUntil: until, checkedUntil } };
}

function soonWindow(mark: ReadMark, { now, how, stuck }: WindowTerms): ReadWindow | null {
  const soonUntil = floorTo(now - soonAfterMs, stepMs);
  const from = mark.readUntil;
  const isBacklog = from < floorTo(now - finalAfterMs, stepMs);
  if (stuck.has("soon") || how === "aggregated" || isBacklog || from >= soonUntil) return null;
  const until = earliest(plusMs(from, windowMs), soonUntil);
  return { kind: "soon", how: "rows", from, until, after: { ...mark, readUntil: until } };
}

function countWindow(
  mark: ReadMark,
  { retentionMs }: UsageLocation,
  { now, how, stuck }: WindowTerms,
): ReadWindow | null {
  if (stuck.has("count") || how === "aggregated") return null;
  // An hour of which a part has expired cannot be counted any more.
  const kept = retentionMs === null ? 0 : now - retentionMs;
  const from = latest(floorTo(mark.checkedUntil, hourMs), floorTo(kept + hourMs - 1, hourMs));
  const until = plusMs(from, hourMs);
  if (until > now - dayMs || until > mark.finalUntil) return null;
  return { kind: "count", how: "rows", from, until, after: { ...mark, checkedUntil: until } };
}

function deliveryWindow(mark: ReadMark, { now, reachMs, stuck }: WindowTerms): ReadWindow | null {
  const from = mark.readUntil;
  const until = earliest(plusMs(from, reachMs), plusMs(now, -deliveredAfterMs));
  if (stuck.has("delivery") || until <= from) return null;
  const finalUntil = latest(mark.finalUntil, plusMs(until, -finalAfterMs));
  return {
    kind: "delivery",
    how: "rows",
    from,
    until,
    after: { ...mark, readUntil: until, finalUntil, checkedUntil: finalUntil },
  };
}

const floorTo = (at: number, unitMs: number): Instant => instant(Math.floor(at / unitMs) * unitMs);
const earliest = (...instants: readonly Instant[]): Instant => instant(Math.min(...instants));
const latest = (...instants: readonly Instant[]): Instant => instant(Math.max(...instants));
