import { collapseProblems } from "../../kernel/collapse-problems.ts";
import { type Instant, instant, isoOf } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { ReadMark } from "../../ports/ledger.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import type { UsageReading } from "../../ports/usage-source.ts";
import type { UsagePlace } from "./places.ts";
import { firstMark, type LookKind, windowMs } from "./windows.ts";

/** What was read of one place, for all targets that share it. */
export interface PlaceTally {
  readonly place: UsagePlace;
  /** By `targetPart`; null where it was never read. */
  readonly marks: Map<string, ReadMark | null>;
  lines: number;
  /** By `targetPart`. */
  readonly records: Map<string, number>;
  readonly skipped: Map<string, number>;
  /** False where a window could not be read, or has to wait for the next pass. */
  complete: boolean;
  /** Looks that failed, and are not tried again in this pass. */
  readonly stuck: Set<LookKind>;
  /** How long the next window may be that was never read before. */
  reachMs: number;
  approximate: string | null;
  /** Names of the sessions that have more records than before. */
  readonly touched: Set<string>;
  /** Records of targets that are not watched. */
  foreign: number;
  /** Records that the ledger has and the place has no more. */
  vanished: number;
  /** Sessions that others wrote each time when this pass wanted to. */
  contested: number;
  readonly problems: Problem[];
}

export const newTally = (place: UsagePlace, now: Instant, backfillMs: number): PlaceTally => ({
  place,
  marks: new Map(place.members.map(({ target, mark }) => [targetPart(target), mark])),
  lines: 0,
  records: new Map(),
  skipped: new Map(),
  complete: true,
  stuck: new Set(),
  reachMs: windowMs,
  approximate: null,
  touched: new Set(),
  foreign: 0,
  vanished: 0,
  contested: 0,
  problems: expiredOf(place, now, backfillMs),
});

/** A place that was not read for longer than it keeps its records: what is left of them is no whole. */
function expiredOf({ location, members }: UsagePlace, now: Instant, backfillMs: number): Problem[] {
  const { place, retentionMs } = location;
  const readUntil = Math.min(
    ...members.map(({ mark, since }) => (mark ?? firstMark(location, since, backfillMs)).readUntil),
  );
  if (retentionMs === null || readUntil >= now - retentionMs - firstStepMs) return [];
  const from = isoOf(instant(readUntil));
  return [
    {
      code: "RecordsExpired",
      message: `${place} keeps records for ${retentionMs / hourMs} hours and was last read up to ${from}: usage since then may be lost, and sessions of that time may have cost more than is shown; raise its retention, or let passes run more often`,
    },
  ];
}

const hourMs = 3_600_000;
/** A first reading begins at a round time, so much before what has expired. */
const firstStepMs = 300_000;

export function addReading(tally: PlaceTally, reading: UsageReading): void {
  tally.lines += reading.lines;
  tally.approximate ??= reading.approximate;
  tally.problems.push(...reading.problems);
  for (const [reason, count] of reading.skipped) tally.skipped.set(reason, (tally.skipped.get(reason) ?? 0) + count);
}

/** What went wrong at a place, and how to mend it. */
export function problemsOf(tally: PlaceTally): readonly Problem[] {
  const { place } = tally.place.location;
  const found: Problem[] = [...tally.problems];
  if (tally.vanished > 0) {
    found.push({
      code: "RecordsVanished",
      message: `${tally.vanished} usage records that were read from ${place} a day ago are not there any more; figures stay as they were read, but cannot be read again: see what deletes records there`,
    });
  }
  if (tally.contested > 0) {
    found.push({
      code: "LedgerBusy",
      message: `${tally.contested} sessions of ${place} were written by other runs again and again; the next pass reads their records once more: let one run at a time keep the ledger`,
    });
  }
  return collapseProblems(found);
}

/** What is worth telling of a place although nothing of the watched targets is missing. */
export const notesOf = ({ place, foreign }: PlaceTally): readonly Problem[] =>
  foreign === 0
    ? []
    : [
        {
          code: "ForeignRecords",
          message: `${foreign} usage records in ${place.location.place} are of targets that are not watched, and in no figure; watch their accounts and Regions too, or send their records to a place of their own`,
        },
      ];
