import type { Target } from "../../inventory/target.ts";
import { type Instant, instant, isoOf, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { Documents } from "../../ports/documents.ts";
import type { ReadMark } from "../../ports/ledger.ts";
import { orTold } from "../accounts/document-problem.ts";
import { type ClockJump, type ClockMemory, type FoundMarks, readClock, writeClock } from "./clock-memory.ts";
import { finalAfterMs } from "./windows.ts";

/** How far places were read, as far as it can be believed. */
export interface BelievedMarks {
  readonly marks: FoundMarks;
  readonly problems: readonly Problem[];
  /** Remembers how far the pass came where a place is read again. */
  readonly remember: (after: FoundMarks) => Promise<void>;
}

const minuteMs = 60_000;
/** A pass that is tried again, or was slow, comes after one that was due later. */
const toleratedMs = 15 * minuteMs;
/** The first pass whose clock is ahead comes a while after the one before it, as it tells. */
const jumpMs = 10 * minuteMs;
const jumpsKept = 3;
/** Longer than any pass that is tried again waits. */
const anewAfterMs = 6 * 60 * minuteMs;

/**
 * The marks to go on from. A pass whose clock is ahead reads past what is still to come, and the ledger never moves a mark back;
 * so what its places had before it is remembered, and read again from there. What is read twice changes nothing.
 */
export async function believedMarks(
  documents: Documents,
  now: Instant,
  target: Target,
  stored: FoundMarks,
): Promise<BelievedMarks> {
  const memory = await readClock(documents, target);
  const overlaid = withAgain(stored, memory.again);
  const aheadAt = latestOf(memory.lastAt, [...overlaid.values()]);
  const isAhead = aheadAt > now + toleratedMs;
  const jumps = memory.jumps.filter(({ at }) => at <= now + toleratedMs);
  const before = memory.jumps.find(({ at }) => at > now + toleratedMs)?.marks ?? null;
  const marks = isAhead ? marksBefore(overlaid, before, now) : overlaid;
  const again = againOf(stored, marks);
  const isJump = isAhead || memory.lastAt === null || now - memory.lastAt > jumpMs;
  const after: ClockMemory = {
    revision: memory.revision,
    lastAt: now,
    jumps: isJump ? keptOf([...jumps, { at: now, gapMs: now - (memory.lastAt ?? now), marks }]) : jumps,
    again,
  };
  const unwritten = await orTold("What a clock that is ahead reads past could not be read again", async () => {
    await writeClock(documents, target, after);
    return [];
  });
  return {
    marks,
    problems: [...(isAhead ? [aheadOf(aheadAt, now)] : []), ...unwritten],
    remember: async (read) => {
      if (again.size === 0) return;
      const left = [...again.keys()].map((source) => [source, read.get(source) ?? null] as const);
      await writeClock(documents, target, { ...after, revision: after.revision + 1, again: new Map(left) });
    },
  };
}

/** The last ones, and the longest: where passes come at long intervals, each of them is one. */
function keptOf(jumps: readonly ClockJump[]): readonly ClockJump[] {
  const longest = new Set(jumps.toSorted((a, b) => b.gapMs - a.gapMs).slice(0, jumpsKept));
  return jumps.filter((jump, index) => longest.has(jump) || index >= jumps.length - jumpsKept);
}

const latestOf = (lastAt: Instant | null, marks: readonly ReadMark[]): Instant =>
  instant(Math.max(lastAt ?? 0, ...marks.map(({ readUntil }) => readUntil)));

/** What is read again counts as far as it was read again, until that is all. */
function withAgain(stored: FoundMarks, again: ClockMemory["again"]): FoundMarks {
  const marks = new Map(stored);
  for (const [source, mark] of again) {
    const known = stored.get(source);
    if (mark === null) marks.delete(source);
    else if (known === undefined || isBehind(mark, known)) marks.set(source, mark);
  }
  return marks;
}

/**
 * As the pass found them that was the first ahead. Where none is remembered, no further than one of now would be; and what is
 * hours ahead is begun anew, for nobody knows from where on it was read past.
 */
function marksBefore(marks: FoundMarks, before: FoundMarks | null, now: Instant): FoundMarks {
  if (before !== null) {
    return new Map([...before].map(([source, mark]) => [source, earlierMark(mark, marks.get(source) ?? mark)]));
  }
  const finalUntil = plusMs(now, -finalAfterMs);
  const latest = { readUntil: plusMs(now, -minuteMs), finalUntil, checkedUntil: finalUntil };
  const kept = [...marks].filter(([, { readUntil }]) => readUntil - now <= anewAfterMs);
  return new Map(kept.map(([source, mark]) => [source, earlierMark(mark, { source, ...latest })]));
}

function againOf(stored: FoundMarks, marks: FoundMarks): ClockMemory["again"] {
  const again = new Map<string, ReadMark | null>();
  for (const [source, known] of stored) {
    const mark = marks.get(source) ?? null;
    if (mark === null || isBehind(mark, known)) again.set(source, mark);
  }
  return again;
}

const isBehind = (mark: ReadMark, other: ReadMark): boolean =>
  mark.readUntil < other.readUntil || mark.finalUntil < other.finalUntil || mark.checkedUntil < other.checkedUntil;

const earlierMark = (a: ReadMark, b: ReadMark): ReadMark => ({
  source: a.source,
  readUntil: instant(Math.min(a.readUntil, b.readUntil)),
  finalUntil: instant(Math.min(a.finalUntil, b.finalUntil)),
  checkedUntil: instant(Math.min(a.checkedUntil, b.checkedUntil)),
});

const aheadOf = (aheadAt: Instant, now: Instant): Problem => ({
  code: "ClockAhead",
  message: `a pass before this one, which is of ${isoOf(now)}, had ${isoOf(aheadAt)}: usage records are read again from where it began; set the clock of the machine, or of whoever calls, right`,
});
