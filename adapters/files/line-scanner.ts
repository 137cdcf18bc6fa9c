import { usageFiguresProblem } from "../../core/billing/usage-figures.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { grow, type LineBuffer, roomBytes } from "./line-buffer.ts";
import { type LineCounts, type LineReason, lineCounter } from "./line-counts.ts";
import type { LineTemplates } from "./line-templates.ts";
import { readLine } from "./read-line.ts";
import type { RecordSink } from "./usage-store.ts";

export interface ScannerOptions {
  readonly buffer: LineBuffer;
  readonly latestAt: Instant;
  readonly store: RecordSink;
  /** Null leaves every line to `JSON.parse`. */
  readonly templates: LineTemplates | null;
  readonly problemLimit: number;
  /** Begin behind the first newline: what comes before belongs to another stretch. */
  readonly startInsideLine: boolean;
  /** Lines that start at or behind this many bytes belong to another stretch. */
  readonly lengthBytes: number;
}

/** Takes bytes as they are read. Ask for `room`, fill some of it, say how much: lines are read as soon as they end. */
export interface LineScanner {
  readonly room: () => Uint8Array;
  readonly filled: (bytes: number) => void;
  /** True once all lines of the stretch were read: more bytes are not needed. */
  readonly done: () => boolean;
  /** No more bytes come: the last line may lack its newline. */
  readonly end: () => LineCounts;
}

const newline = 10;
/** A log event has 1 MB at most: a longer line is none, and must not fill the memory. */
const longestLineBytes = 16 * 1024 * 1024;

export function lineScanner(options: ScannerOptions): LineScanner {
  const { buffer, latestAt, store, templates } = options;
  const counter = lineCounter(options.problemLimit);
  let line = buffer.line;
  /** Bytes of the buffer that are filled and not read as lines yet: from `from` to `to`. */
  let from = 0;
  let to = 0;
  /** How far into the stretch the buffer starts. */
  let base = 0;
  /** Within a line whose rest is of no interest; a reason is counted at its end. */
  let discarding = options.startInsideLine;
  let discardedAs: LineReason | null = null;
  let finished = false;

  const readSlowly = (start: number, end: number): void => {
    const atStart = base + start === 0 && !options.startInsideLine;
    const first = start + (atStart ? byteOrderMarkLength(line.bytes, start) : 0);
    const record = readLine(line.bytes.subarray(first, end), latestAt);
    if (record === null) {
      counter.blank();
    } else if (typeof record === "string") {
      counter.setAside(record);
    } else {
      counter.record();
      const session = store.reference(record);
      store.append(session, record.at, record.elapsedSeconds, record.vcpuHours, record.gbHours);
      templates?.learn(line.bytes.subarray(first, end + 1), record, session);
    }
  };

  /** Reads the line at `start` by its template. Returns where the next one starts, or -1. */
  const readFast = (start: number, fast: LineTemplates): number => {
    const next = fast.match(line, start, to);
    if (next < 0) return -1;
    const { figures, session } = fast.found;
    const at = figures[0] ?? Number.NaN;
    const elapsed = figures[1] ?? Number.NaN;
    const vcpuHours = figures[2] ?? Number.NaN;
    const gbHours = figures[3] ?? Number.NaN;
    if (usageFiguresProblem(at, elapsed, vcpuHours, gbHours, latestAt) !== null) return -1;
    store.append(session, at, elapsed, vcpuHours, gbHours);
    counter.record();
    return next;
  };

  const endDiscarded = (): void => {
    if (discardedAs !== null) counter.setAside(discardedAs);
    discardedAs = null;
    discarding = false;
  };

  /** Drops bytes up to the end of the line; says whether it came. */
  const discard = (): boolean => {
    const end = line.bytes.indexOf(newline, from);
    if (end >= to) {
      base += to;
      from = 0;
      to = 0;
      finished = base >= options.lengthBytes;
      return false;
    }
    from = end + 1;
    endDiscarded();
    return true;
  };

  const readLines = (): void => {
    // Every search for the end of a line, or of a number, ends here at the latest.
    line.bytes[to] = newline;
    if (discarding && !discard()) return;
    while (from < to) {
      finished = base + from >= options.lengthBytes;
      if (finished) return;
      const next = templates === null ? -1 : readFast(from, templates);
      if (next >= 0) {
        from = next;
        continue;
      }
      const end = line.bytes.indexOf(newline, from);
      if (end >= to) break;
      readSlowly(from, end);
      from = end + 1;
    }
    if (to - from > longestLineBytes) {
      discarding = true;
      discardedAs = "line-too-long";
      discard();
    }
  };

  return {
    room: () => {
      if (from > 0) {
        line.bytes.copyWithin(0, from, to);
        base += from;
        to -= from;
        from = 0;
      }
      if (line.bytes.length - 1 - to < roomBytes) line = grow(buffer, to);
      return line.bytes.subarray(to, to + roomBytes);
    },
    filled: (bytes) => {
      to += bytes;
      readLines();
    },
    done: () => finished,
    end: () => {
      if (discarding) {
        endDiscarded();
      } else if (!finished && from < to && base + from < options.lengthBytes) {
        line.bytes[to] = newline;
        readSlowly(from, to);
      }
      return counter.counts();
    },
  };
}

/** A file may start with the bytes EF BB BF, which belong to no line. */
const byteOrderMarkLength = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
