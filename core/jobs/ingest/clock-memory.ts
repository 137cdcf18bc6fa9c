import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Documents } from "../../ports/documents.ts";
import type { ReadMark } from "../../ports/ledger.ts";
import { targetPart } from "../../ports/ledger-key.ts";
import { array, at, integer, object, orNull, string } from "../../ports/read-stored.ts";

/** The marks of a target as one pass found them, by the key of the place. */
export type FoundMarks = ReadonlyMap<string, ReadMark>;

/** What is remembered of the times of passes, to find the marks of before one whose clock was ahead. */
export interface ClockMemory {
  /** That of the document; 0 was never written. */
  readonly revision: number;
  /** By its own clock; null where no pass was remembered. */
  readonly lastAt: Instant | null;
  /** Passes that began a while after the one before them; the first of them first. */
  readonly jumps: readonly ClockJump[];
  /** Where places are read again that were read past, until they are past it; null where from their beginning. */
  readonly again: ReadonlyMap<string, ReadMark | null>;
}

export interface ClockJump {
  readonly at: Instant;
  /** How long it was since the pass before it. */
  readonly gapMs: number;
  /** The marks that it found, of a minute or less before. */
  readonly marks: FoundMarks;
}

/** A damaged document is as good as none: the marks of the ledger tell what a clock has read past, but for where it began. */
export async function readClock(documents: Documents, target: Target): Promise<ClockMemory> {
  const document = await documents.read(nameOf(target));
  const fresh: ClockMemory = { revision: document?.revision ?? 0, lastAt: null, jumps: [], again: new Map() };
  if (document === null) return fresh;
  try {
    const value = object(JSON.parse(document.text), "clock");
    return {
      ...fresh,
      lastAt: orNull(value["lastAt"], "lastAt", at),
      jumps: jumpsOf(value),
      again: new Map(
        array(value["again"], "again").map((item) => {
          const [name, times] = array(item, "again");
          const source = string(name, "again");
          return [source, times === null ? null : markOf(source, times)];
        }),
      ),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return fresh;
    throw error;
  }
}

/** A stale write is another run's, which has seen the same. */
export async function writeClock(documents: Documents, target: Target, memory: ClockMemory): Promise<void> {
  const { revision, lastAt, jumps, again } = memory;
  const sources = [...new Set(jumps.flatMap(({ marks }) => [...marks.keys()]))];
  const text = JSON.stringify({
    lastAt,
    sources,
    jumps: jumps.map(({ at, gapMs, marks }) => ({
      at,
      gapMs,
      marks: sources.map((source) => timesOf(marks.get(source)).map((time) => Math.ceil((at - time) / minuteMs))),
    })),
    again: [...again].map(([source, mark]) => [source, mark === null ? null : timesOf(mark)]),
  });
  await documents.write(nameOf(target), { revision, text });
}

const nameOf = (target: Target): string => `clock/${targetPart(target)}`;

// There may be a thousand places: their names are written once, and their times in minutes before the jump.
const minuteMs = 60_000;

const timesOf = (mark: ReadMark | undefined): readonly Instant[] =>
  mark === undefined ? [] : [mark.readUntil, mark.finalUntil, mark.checkedUntil];

function jumpsOf(value: Readonly<Record<string, unknown>>): readonly ClockJump[] {
  const sources = array(value["sources"], "sources").map((source) => string(source, "sources"));
  return array(value["jumps"], "jumps").map((item) => {
    const jump = object(item, "jumps");
    const jumpAt = at(jump["at"], "jumps");
    const found = array(jump["marks"], "jumps").flatMap((one, index) => {
      const times = array(one, "jumps").map((minutes) => jumpAt - integer(minutes, "jumps") * minuteMs);
      const source = string(sources[index], "jumps");
      return times.length === 0 ? [] : [[source, markOf(source, times)] as const];
    });
    return { at: jumpAt, gapMs: integer(jump["gapMs"], "jumps"), marks: new Map(found) };
  });
}

function markOf(source: string, value: unknown): ReadMark {
  const [readUntil, finalUntil, checkedUntil] = array(value, "mark");
  return {
    source,
    readUntil: at(readUntil, "mark"),
    finalUntil: at(finalUntil, "mark"),
    checkedUntil: at(checkedUntil, "mark"),
  };
}
