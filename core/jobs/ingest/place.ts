import type { Target } from "../../inventory/target.ts";
import { type Instant, isoOf, plusMs } from "../../kernel/instant.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { UsageLocation } from "../../ports/usage-source.ts";
import { countHour } from "./count.ts";
import type { PlaceEdge } from "./fold.ts";
import type { IngestPass } from "./pass.ts";
import type { UsagePlace } from "./places.ts";
import { readWindow, type WindowOfPlace } from "./read-window.ts";
import { addReading, newTally, type PlaceTally } from "./tally.ts";
import { firstMark, nextReach, nextWindow } from "./windows.ts";

/** What was read of all places of a target in this pass. */
interface Spent {
  lines: number;
  windows: number;
}

/**
 * Reads the places of a target up to now, or as far as one pass goes, by turns, so that a backlog of one keeps no other from
 * being read.
 */
export async function readPlaces(pass: IngestPass, places: readonly UsagePlace[]): Promise<readonly PlaceTally[]> {
  const spent: Spent = { lines: 0, windows: 0 };
  const tallies = places.map((place) => newTally(place, pass.now, pass.input.backfillMs));
  let unread: readonly PlaceTally[] = tallies;
  while (unread.length > 0 && !isOver(pass, spent)) {
    const turns = await mapConcurrently(unread, placesAtOnce, (tally) => takeTurn(pass, tally, spent));
    unread = unread.filter((_, index) => turns[index] === "more");
  }
  for (const tally of unread) {
    const next = nextOf(pass, tally);
    if (next === null) continue;
    tally.complete = false;
    tally.problems.push(backlogOf(next.source));
  }
  return tallies;
}

/** Of one target; they fill each other's waits for answers. */
const placesAtOnce = 4;

const isOver = ({ limits }: IngestPass, { lines, windows }: Spent): boolean =>
  lines >= limits.linesPerTarget || windows >= limits.windowsPerTarget;

async function takeTurn(pass: IngestPass, tally: PlaceTally, spent: Spent): Promise<"more" | "done"> {
  try {
    for (let turn = 0; turn < pass.limits.windowsPerTurn && !isOver(pass, spent); turn += 1) {
      pass.signal.throwIfAborted();
      const next = nextOf(pass, tally);
      if (next === null) return "done";
      await readNext(pass, tally, next, spent);
    }
    return "more";
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    tally.complete = false;
    tally.problems.push({ code: "StateUnavailable", message: error.message });
    return "done";
  }
}

/**
 * A window that could not be read completely stops its own look and no other: the mark stays before it, and the next pass
 * reads it again.
 */
async function readNext(
  pass: IngestPass,
  tally: PlaceTally,
  { source, takers }: NextWindow,
  spent: Spent,
): Promise<void> {
  const before = tally.lines;
  const isRead = await readOne(pass, source, tally);
  const lines = tally.lines - before;
  spent.lines += lines;
  spent.windows += 1;
  pass.ports.onProgress?.({ target: source.reader, stage: "reading", lines: spent.lines });
  if (!isRead) {
    tally.complete = false;
    tally.stuck.add(source.window.kind);
    return;
  }
  for (const target of takers) {
    await pass.ports.ledger.advance(target, source.window.after);
    tally.marks.set(targetPart(target), source.window.after);
  }
  tally.reachMs = nextReach(tally.reachMs, lines, tally.place.location);
}

/** Whether all of the window is in the ledger. */
async function readOne(pass: IngestPass, source: WindowOfPlace, tally: PlaceTally): Promise<boolean> {
  if (source.window.kind === "count") {
    const { readings, touched, vanished, contested } = await countHour(pass, source);
    for (const reading of readings) addReading(tally, reading);
    for (const name of touched) tally.touched.add(name);
    tally.vanished += vanished;
    tally.contested += contested;
    return contested === 0 && readings.every(({ complete }) => complete);
  }
  const { reading, touched, records, foreign, contested } = await readWindow(pass, source);
  addReading(tally, reading);
  for (const name of touched) tally.touched.add(name);
  for (const [target, count] of records) tally.records.set(target, (tally.records.get(target) ?? 0) + count);
  tally.foreign += foreign;
  tally.contested += contested;
  return contested === 0 && reading.complete;
}

interface NextWindow {
  readonly source: WindowOfPlace;
  /** Whose mark moves on with it. */
  readonly takers: readonly Target[];
}

/**
 * Targets that share a place may have come to it one after the other: those that have read least go on until they meet the
 * next, and the others take nothing until then.
 */
function nextOf(
  { now, input, watched }: IngestPass,
  { place: { location, members }, marks, reachMs, stuck }: PlaceTally,
): NextWindow | null {
  const all = members.map(({ target, since }) => {
    // What a clock that was ahead has found was there by now.
    const first = firstMark(location, earlierOf(since, now), input.backfillMs);
    return { target, mark: marks.get(targetPart(target)) ?? first, begins: first.readUntil };
  });
  const [front] = all.toSorted((a, b) => a.mark.readUntil - b.mark.readUntil);
  if (front === undefined) return null;
  const behind = all.filter(({ mark }) => mark.readUntil > front.mark.readUntil);
  const meetsMs = Math.min(...behind.map(({ mark }) => mark.readUntil - front.mark.readUntil));
  const terms = {
    now,
    how: watched.get(targetPart(front.target))?.how ?? "rows",
    reachMs: Math.min(reachMs, meetsMs),
    stuck,
  } as const;
  const window = nextWindow(front.mark, location, terms);
  if (window === null) return null;
  const others = new Set(behind.map(({ target }) => targetPart(target)));
  const takers = all.map(({ target }) => target).filter((target) => !others.has(targetPart(target)));
  return {
    source: {
      location,
      reader: members[0].target,
      window,
      takes: (target) => !others.has(targetPart(target)),
      edge: edgeOf(location, window.from, front.begins, now, input.backfillMs),
    },
    takers,
  };
}

const earlierOf = (a: Instant, b: Instant): Instant => (a < b ? a : b);

/** What has expired before it could be read is as good as never begun. */
function edgeOf(
  { retentionMs }: UsageLocation,
  from: Instant,
  begins: Instant,
  now: Instant,
  backfillMs: number,
): PlaceEdge {
  if (retentionMs === null) return { at: begins, isExpired: false };
  const keptSince = plusMs(now, -retentionMs);
  if (from < keptSince) return { at: keptSince, isExpired: true };
  return { at: begins, isExpired: retentionMs < backfillMs };
}

function backlogOf({ location, window }: WindowOfPlace): Problem {
  return {
    code: "UsageBacklog",
    message: `usage records of ${location.place} are read up to ${isoOf(window.from)} and no further in this pass, for there are more than one pass reads; the next ones go on, and until then figures of later hours lack them`,
  };
}
