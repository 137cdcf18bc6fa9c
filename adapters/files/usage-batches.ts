import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { SessionId } from "../../core/kernel/ids.ts";
import type { SessionBatch } from "../../core/ports/usage-source.ts";
import { keyText, type RecordSink } from "./usage-store.ts";

/** 36 bytes each while they are collected, and 32 when they are handed on. */
const fullRecords = 262_144;
const fewestRows = 4096;
const ofNoInterest = -1;

/** Collects records, to be handed on in columns of each session before they are too many. */
export interface UsageBatches extends RecordSink {
  /** Records of interest since the start. */
  readonly records: () => number;
  readonly isFull: () => boolean;
  /** What was collected since the last call. Sessions keep their numbers. */
  readonly take: () => readonly SessionBatch[];
}

/** `only` leaves out the records of all other sessions; null: none. */
export function usageBatches(only: SessionId | null): UsageBatches {
  const keys: SessionKey[] = [];
  const numbers = new Map<string, number>();
  let rows = emptyRows(fewestRows);
  let held = 0;
  let handedOn = 0;
  return {
    reference: (key) => {
      if (only !== null && key.session !== only) return ofNoInterest;
      const text = keyText(key);
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, keys.length);
      return keys.push(sessionKeyOf(key)) - 1;
    },
    append: (reference, at, elapsedSeconds, vcpuHours, gbHours) => {
      if (reference === ofNoInterest) return;
      if (held === rows.session.length) rows = withRoom(rows);
      rows.session[held] = reference;
      rows.at[held] = at;
      rows.elapsedSeconds[held] = elapsedSeconds;
      rows.vcpuHours[held] = vcpuHours;
      rows.gbHours[held] = gbHours;
      held += 1;
    },
    records: () => handedOn + held,
    isFull: () => held >= fullRecords,
    take: () => {
      const batches = bySession(rows, held, keys);
      handedOn += held;
      held = 0;
      return batches;
    },
  };
}

/** The key alone: what is read of a line has its figures too. */
const sessionKeyOf = ({ account, region, interpreter, session }: SessionKey): SessionKey => ({
  account,
  region,
  interpreter,
  session,
});

/** Records in the order in which they came. */
interface Rows {
  readonly session: Int32Array;
  readonly at: Float64Array;
  readonly elapsedSeconds: Float64Array;
  readonly vcpuHours: Float64Array;
  readonly gbHours: Float64Array;
}

const emptyRows = (room: number): Rows => ({
  session: new Int32Array(room),
  at: new Float64Array(room),
  elapsedSeconds: new Float64Array(room),
  vcpuHours: new Float64Array(room),
  gbHours: new Float64Array(room),
});

function withRoom(rows: Rows): Rows {
  const grown = emptyRows(2 * rows.session.length);
  grown.session.set(rows.session);
  grown.at.set(rows.at);
  grown.elapsedSeconds.set(rows.elapsedSeconds);
  grown.vcpuHours.set(rows.vcpuHours);
  grown.gbHours.set(rows.gbHours);
  return grown;
}

/** The first `length` rows, those of each session together. Columns of its own for each session would cost twice the time. */
function bySession(rows: Rows, length: number, keys: readonly SessionKey[]): readonly SessionBatch[] {
  const next = new Int32Array(keys.length + 1);
  for (let row = 0; row < length; row += 1) {
    const behind = (rows.session[row] ?? 0) + 1;
    next[behind] = (next[behind] ?? 0) + 1;
  }
  for (let session = 1; session <= keys.length; session += 1) {
    next[session] = (next[session] ?? 0) + (next[session - 1] ?? 0);
  }
  const starts = next.slice();
  const at = new Float64Array(length);
  const elapsedSeconds = new Float64Array(length);
  const vcpuHours = new Float64Array(length);
  const gbHours = new Float64Array(length);
  for (let row = 0; row < length; row += 1) {
    const session = rows.session[row] ?? 0;
    const to = next[session] ?? 0;
    next[session] = to + 1;
    at[to] = rows.at[row] ?? 0;
    elapsedSeconds[to] = rows.elapsedSeconds[row] ?? 0;
    vcpuHours[to] = rows.vcpuHours[row] ?? 0;
    gbHours[to] = rows.gbHours[row] ?? 0;
  }
  return keys.flatMap((key, session) => {
    const [from, to] = [starts[session] ?? 0, starts[session + 1] ?? 0];
    if (from === to) return [];
    const usage = {
      length: to - from,
      at: at.subarray(from, to),
      elapsedSeconds: elapsedSeconds.subarray(from, to),
      vcpuHours: vcpuHours.subarray(from, to),
      gbHours: gbHours.subarray(from, to),
    };
    return [{ key, usage }];
  });
}
