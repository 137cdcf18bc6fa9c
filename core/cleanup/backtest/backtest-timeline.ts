import type { GbUnit } from "../../billing/gigabyte.ts";
import { elapsedMs, levelsOf } from "../../billing/meter-rows.ts";
import { distinctInOrder, type UsageColumns } from "../../billing/usage-columns.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import { gapToleranceMs, isGap } from "../evidence/cpu-evidence.ts";
import type { CpuEvidence, Span } from "../evidence/evidence.ts";
import { workOf } from "../evidence/record-work.ts";
import type { TelemetryLag } from "./backtest-types.ts";

/** Records of one session that follow each other without a gap and come together: what a decision needs of them, and no more. */
export interface Piece {
  readonly firstAt: number;
  readonly lastAt: number;
  /** When the last of them ends. */
  readonly endsAt: number;
  /** False where they may hide work: they prove no quiet, as good as a gap. */
  readonly isPlain: boolean;
  /** Whether something is missing between it and the one before it. */
  readonly isAfterGap: boolean;
  /** From the first record that works to the end of the last; null where none does. */
  readonly busy: { readonly from: number; readonly until: number } | null;
  /** Level of memory of its last record that has one, and the highest up to here; -1 where there is none. */
  readonly lastLevel: number;
  readonly peakLevel: number;
  readonly knownAt: number;
}

export interface TimelineSettings {
  readonly idleVcpu: number;
  readonly gb: GbUnit;
  readonly lag: Pick<TelemetryLag, "leastMs" | "mostMs">;
}

/** Records travel in batches; one of a minute is as good a guess as any. */
const batchMs = 60_000;

/**
 * Pieces in order, each within one minute. `name` makes the delays of a session its own, and the same each time; `teardownAt` is its end,
 * where records come after that alone.
 */
export function piecesOf(
  usage: UsageColumns,
  { idleVcpu, gb, lag }: TimelineSettings,
  name: string,
  teardownAt: Instant | null,
): readonly Piece[] {
  const rows = distinctInOrder(usage);
  const { isBusy, isPlain } = workOf(rows, idleVcpu);
  const isCut = (row: number): boolean => isPlain(row) !== isPlain(row - 1) || isGap(rows, row - 1, row);
  const levels = levelsOf(rows, gb);
  const seed = hashOf(name);
  const pieces: Piece[] = [];
  let peakLevel = -1;
  for (let row = 0, next = 0; row < rows.length; row = next) {
    const firstAt = rows.at[row] ?? 0;
    const batch = Math.floor(firstAt / batchMs);
    let [lastAt, endsAt, busyFrom, busyUntil, lastLevel] = [firstAt, firstAt, -1, -1, -1];
    for (next = row; next < rows.length; next += 1) {
      const at = rows.at[next] ?? 0;
      if (Math.floor(at / batchMs) !== batch || (next > row && isCut(next))) break;
      lastAt = at;
      const until = at + elapsedMs(rows.elapsedSeconds[next] ?? 0);
      endsAt = Math.max(endsAt, until);
      lastLevel = (levels[next] ?? -1) < 0 ? lastLevel : (levels[next] ?? -1);
      peakLevel = Math.max(peakLevel, lastLevel);
      if (!isBusy(next)) continue;
      if (busyFrom < 0) busyFrom = at;
      busyUntil = Math.max(busyUntil, until);
    }
    pieces.push({
      firstAt,
      lastAt,
      endsAt,
      isPlain: isPlain(row),
      isAfterGap: row === 0 || isCut(row),
      busy: busyFrom < 0 ? null : { from: busyFrom, until: busyUntil },
      lastLevel,
      peakLevel,
      knownAt: (teardownAt ?? endsAt) + delayOf(lag, seed, batch),
    });
  }
  return pieces;
}

/**
 * What `cpuEvidenceOf` says of the records that had come by `now`; null where none had. A piece that begins before the window is left
 * out as a whole, and one that had not come yet leaves a gap.
 */
export function cpuKnownAt(pieces: readonly Piece[], window: Span, neededMs: number, now: Instant): CpuEvidence | null {
  let lastBusyAt = Number.NEGATIVE_INFINITY;
  let latest = -1;
  let found: Stretch | null = null;
  let end = -1;
  for (let place = pieces.length - 1; place >= 0; place -= 1) {
    const piece = pieces[place];
    if (piece === undefined || piece.knownAt > now) continue;
    if (piece.busy !== null) lastBusyAt = Math.max(lastBusyAt, piece.busy.until);
    if (piece.firstAt < window.from || (found !== null && lengthOf(pieces, found) >= neededMs)) continue;
    if (latest < 0) latest = place;
    if (!piece.isPlain) continue;
    if (end < 0) end = place;
    if (!isFirstOfStretch(pieces, place, window, now)) continue;
    if (found === null || lengthOf(pieces, { first: place, end }) > lengthOf(pieces, found))
      found = { first: place, end };
    end = -1;
  }
  return found === null ? null : evidenceOf(pieces, found, latest, lastBusyAt, now);
}

interface Stretch {
  readonly first: number;
  readonly end: number;
}

const lengthOf = (pieces: readonly Piece[], { first, end }: Stretch): number =>
  (pieces[end]?.lastAt ?? 0) - (pieces[first]?.firstAt ?? 0);

function isFirstOfStretch(pieces: readonly Piece[], place: number, window: Span, now: Instant): boolean {
  const before = pieces[place - 1];
  return (
    pieces[place]?.isAfterGap !== false || before === undefined || before.knownAt > now || before.firstAt < window.from
  );
}

function evidenceOf(
  pieces: readonly Piece[],
  { first, end }: Stretch,
  latest: number,
  lastBusyAt: number,
  now: Instant,
): CpuEvidence {
  const covered: Span = { from: instant(pieces[first]?.firstAt ?? 0), until: instant(pieces[end]?.lastAt ?? 0) };
  const isKnownBusy = lastBusyAt > Number.NEGATIVE_INFINITY;
  const quietFrom = isKnownBusy ? lastBusyAt + gapToleranceMs : covered.from;
  let level = -1;
  for (let place = end; place >= first && level < 0; place -= 1) level = pieces[place]?.lastLevel ?? -1;
  return {
    kind: "known",
    asOf: now,
    covered,
    quietSince: quietFrom <= covered.until ? instant(Math.max(covered.from, quietFrom)) : null,
    lastBusyAt: isKnownBusy ? instant(lastBusyAt) : null,
    lastRecordAt: instant(pieces[latest]?.lastAt ?? 0),
    hotSince: null,
    memoryBytes: level < 0 ? null : level,
  };
}

/** Even between the least and the most, by the session and the batch alone. */
function delayOf({ leastMs, mostMs }: TimelineSettings["lag"], seed: number, batch: number): number {
  const mixed = Math.imul(seed ^ Math.imul(batch, 0x9e3779b1), 0x85ebca6b);
  const even = ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  return Math.round(leastMs + (mostMs - leastMs) * even);
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let place = 0; place < text.length; place += 1) hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193);
  return hash;
}
