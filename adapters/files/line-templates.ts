import type { UsageRecord } from "../../core/billing/usage-record.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { hashBytes, sameBytes } from "./byte-match.ts";
import { firstNumberAt } from "./first-number.ts";
import { dissectLine, type LineAnatomy } from "./line-anatomy.ts";
import type { LineBytes } from "./line-buffer.ts";
import { type Cursor, readNumber } from "./number-token.ts";

/** What the last match found: the session's reference, and its figures in the order at, elapsed, vCPU-hours, GB-hours. */
interface LineMatch {
  session: number;
  readonly figures: Float64Array;
}

/**
 * The fast path. A session's lines differ in four numbers only, so that a line whose other bytes are those of a line
 * that `JSON.parse` has read needs no parsing but of these numbers. Whatever differs is left to `JSON.parse`.
 */
export interface LineTemplates {
  /**
   * Matches the line at `start`, whose bytes must end, newline included, before `end`; the byte at `end` must be a
   * newline too. Returns where the next line starts, or -1.
   */
  readonly match: (line: LineBytes, start: number, end: number) => number;
  readonly found: LineMatch;
  /** Remembers a line, given from its first byte to its newline, that was read as `record` of the session `session`. */
  readonly learn: (line: Uint8Array, record: UsageRecord, session: number) => void;
}

/** Holds about 25 000 sessions at once; then all is forgotten and learned anew, as files are roughly in order of time. */
const arenaBytes = 16 * 1024 * 1024;
/** Lines with a field of their own in each (an id, say) would be learned in vain. */
const patience = 4096;

export function lineTemplates(latestAt: Instant): LineTemplates {
  const arena = new Uint8Array(arenaBytes);
  const known = new DataView(arena.buffer);
  /** Eight numbers for each template: where its bytes start, the lengths of its five fragments, the order of its figures, its session. */
  const meta: number[] = [];
  let used = 0;
  /** By hash of the first fragment: where in the second one the session id lies, and how long it is. */
  const probes = new Map<number, number>();
  const templates = new Map<number, number>();
  let learned = 0;
  let matched = 0;
  const cursor: Cursor = { at: 0 };
  const found: LineMatch = { session: -1, figures: new Float64Array(4) };

  const match = ({ bytes, view }: LineBytes, start: number, end: number): number => {
    const first = firstNumberAt(bytes, start);
    if (first < 0) return -1;
    const prefix = hashBytes(view, start, first - start, 0);
    const probe = probes.get(prefix);
    if (probe === undefined) return -1;
    cursor.at = first;
    const number = readNumber(bytes, cursor);
    const probeAt = cursor.at + (probe >>> 8);
    const probeLength = probe & 0xff;
    if (probeAt + probeLength > end) return -1;
    const template = templates.get(hashBytes(view, probeAt, probeLength, prefix));
    if (template === undefined) return -1;
    let from = meta[template] ?? 0;
    const order = meta[template + 6] ?? 0;
    let length = meta[template + 1] ?? 0;
    if (length !== first - start || !sameBytes(view, start, known, from, length)) return -1;
    found.figures[order & 3] = number;
    for (let token = 1; token <= 4; token += 1) {
      from += length;
      length = meta[template + 1 + token] ?? 0;
      const at = cursor.at;
      if (at + length > end || !sameBytes(view, at, known, from, length)) return -1;
      cursor.at = at + length;
      if (token < 4) found.figures[(order >> (2 * token)) & 3] = readNumber(bytes, cursor);
    }
    found.session = meta[template + 7] ?? -1;
    matched += 1;
    return cursor.at;
  };

  const remember = (line: Uint8Array, anatomy: LineAnatomy, session: number): void => {
    const size = anatomy.fragments.reduce((sum, fragment) => sum + fragment.length, 0);
    if (used + size > arenaBytes) {
      used = 0;
      meta.length = 0;
      probes.clear();
      templates.clear();
    }
    const template = meta.length;
    meta.push(used, ...anatomy.fragments.map((fragment) => fragment.length), anatomy.order, session);
    for (const fragment of anatomy.fragments) {
      arena.set(fragment, used);
      used += fragment.length;
    }
    const view = new DataView(line.buffer, line.byteOffset, line.byteLength);
    const prefix = hashBytes(view, 0, anatomy.firstNumberAt, 0);
    probes.set(prefix, anatomy.probeAt * 256 + anatomy.probeLength);
    templates.set(hashBytes(view, anatomy.secondAt + anatomy.probeAt, anatomy.probeLength, prefix), template);
  };

  return {
    match,
    found,
    learn: (line, record, session) => {
      if (learned > patience && matched < learned) return;
      const anatomy = dissectLine(line, record, latestAt);
      if (anatomy === null) return;
      learned += 1;
      remember(line, anatomy, session);
    },
  };
}
