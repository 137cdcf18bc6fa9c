import { usageFiguresProblem } from "../../core/billing/usage-figures.ts";
import type { RecordReason } from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { LineBytes, LineTemplates } from "./line-templates.ts";
import { readLine } from "./read-line.ts";
import type { UsageStore } from "./usage-store.ts";

export type LineReason = RecordReason | "line-too-long";

/** A line that was set aside. Lines are counted from 1, blank ones too. */
export interface LineProblem {
  readonly line: number;
  readonly reason: LineReason;
}

/** What was read of one stretch of a file. */
export interface LineCounts {
  /** Newlines passed, and the last line where it has none. */
  readonly physicalLines: number;
  readonly blankLines: number;
  readonly records: number;
  readonly skipped: number;
  readonly reasons: ReadonlyMap<LineReason, number>;
  /** The first problems; `skipped` counts all. */
  readonly problems: readonly LineProblem[];
}

export interface ScannerOptions {
  /** Where lines are read from; it grows with the longest line, and serves one scanner after the other. */
  readonly buffer: LineBuffer;
  readonly latestAt: Instant;
  readonly store: UsageStore;
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

export interface LineBuffer {
  line: LineBytes;
}

export const lineBuffer = (): LineBuffer => ({ line: lineBytes(roomBytes * 2) });

const newline = 10;
const roomBytes = 512 * 1024;
/** A log event has 1 MB at most: a longer line is none, and must not fill the memory. */
const longestLineBytes = 16 * 1024 * 1024;

export function lineScanner(options: ScannerOptions): LineScanner {
  const { latestAt, store, templates, problemLimit } = options;
  let line = options.buffer.line;
  /** Bytes of the buffer that are filled and not read as lines yet: from `from` to `to`. */
  let from = 0;
  let to = 0;
  /** How far into the stretch the buffer starts. */
  let base = 0;
  let discarding = options.startInsideLine;
  let discardedAs: LineReason | null = null;
  let finished = false;
  let physicalLines = 0;
  let blankLines = 0;
  let records = 0;
  let skipped = 0;
  const reasons = new Map<LineReason, number>();
  const problems: LineProblem[] = [];

  const setAside = (reason: LineReason): void => {
    skipped += 1;
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (problems.length < problemLimit) problems.push({ line: physicalLines, reason });
  };

  const readSlowly = (start: number, end: number): void => {
    physicalLines += 1;
    const first =
      base + start === 0 && !options.startInsideLine ? start + byteOrderMarkLength(line.bytes, start) : start;
    const record = readLine(line.bytes.subarray(first, end), latestAt);
    if (record === null) {
      blankLines += 1;
    } else if (typeof record === "string") {
      setAside(record);
    } else {
      records += 1;
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
    physicalLines += 1;
    records += 1;
    return next;
  };

  const discard = (): boolean => {
    const end = line.bytes.indexOf(newline, from);
    if (end < 0 || end >= to) {
      base += to;
      from = 0;
      to = 0;
      finished = base >= options.lengthBytes;
      return false;
    }
    from = end + 1;
    discarding = false;
    if (discardedAs !== null) {
      physicalLines += 1;
      setAside(discardedAs);
      discardedAs = null;
    }
    return true;
  };

  const readLines = (): void => {
    line.bytes[to] = newline;
    if (discarding && !discard()) return;
    while (from < to) {
      if (base + from >= options.lengthBytes) {
        finished = true;
        return;
      }
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
      if (line.bytes.length - 1 - to < roomBytes) {
        line = lineBytes(line.bytes.length * 2, line.bytes.subarray(0, to));
        options.buffer.line = line;
      }
      return line.bytes.subarray(to, to + roomBytes);
    },
    filled: (bytes) => {
      to += bytes;
      readLines();
    },
    done: () => finished,
    end: () => {
      if (discarding) {
        if (discardedAs !== null) {
          physicalLines += 1;
          setAside(discardedAs);
        }
      } else if (!finished && from < to && base + from < options.lengthBytes) {
        line.bytes[to] = newline;
        readSlowly(from, to);
      }
      return { physicalLines, blankLines, records, skipped, reasons, problems };
    },
  };
}

function lineBytes(size: number, content?: Uint8Array): LineBytes {
  // Filled to its last byte, the buffer still has one for the newline that ends every reading.
  const bytes = new Uint8Array(size + 1);
  if (content !== undefined) bytes.set(content);
  return { bytes, view: new DataView(bytes.buffer) };
}

/** A file may start with the bytes EF BB BF, which belong to no line. */
const byteOrderMarkLength = (bytes: Uint8Array, at: number): number =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf ? 3 : 0;
