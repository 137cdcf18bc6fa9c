import { type MeterSettings, meterSession } from "../../core/billing/meter-session.ts";
import { type PriceBook, periodsOf } from "../../core/billing/price-book.ts";
import { type RatedSession, ratedSession } from "../../core/billing/rated-session.ts";
import type { UsageColumns } from "../../core/billing/usage-columns.ts";
import type { SessionKey } from "../../core/billing/usage-record.ts";
import { keyText, rowDoubles } from "./usage-store.ts";

/** What one reader collected of one partition, all of it in memory. */
export interface PartitionRows {
  readonly keys: readonly SessionKey[];
  readonly blocks: readonly Float64Array[];
}

export interface MeteredPartition {
  readonly sessions: readonly RatedSession[];
  readonly duplicates: number;
}

/** Meters the sessions of one partition, whose records may come from several readers. */
export function meterPartition(
  sources: readonly PartitionRows[],
  prices: PriceBook,
  settings: MeterSettings,
): MeteredPartition {
  const { keys, numbers } = mergeKeys(sources);
  const { columns, starts } = columnsBySession(sources, numbers, keys.length);
  let duplicates = 0;
  const sessions = keys.map((key, session) => {
    const usage = meterSession(
      sliceOf(columns, starts[session] ?? 0, starts[session + 1] ?? 0),
      periodsOf(prices, key.region),
      settings,
    );
    duplicates += usage.duplicates;
    return ratedSession(key, usage, settings.gb);
  });
  return { sessions, duplicates };
}

/** One list of sessions for all sources, and for each source the place of its sessions in that list. */
function mergeKeys(sources: readonly PartitionRows[]): {
  readonly keys: readonly SessionKey[];
  readonly numbers: readonly Int32Array[];
} {
  const keys: SessionKey[] = [];
  const places = new Map<string, number>();
  const numbers = sources.map((source) =>
    Int32Array.from(source.keys, (key) => {
      const text = keyText(key);
      const known = places.get(text);
      if (known !== undefined) return known;
      places.set(text, keys.length);
      return keys.push(key) - 1;
    }),
  );
  return { keys, numbers };
}

/** The rows as columns, those of each session together: session `i` has those from `starts[i]` up to `starts[i + 1]`. */
function columnsBySession(
  sources: readonly PartitionRows[],
  numbers: readonly Int32Array[],
  sessions: number,
): { readonly columns: UsageColumns; readonly starts: Int32Array } {
  const starts = new Int32Array(sessions + 1);
  const eachRow = (visit: (session: number, block: Float64Array, row: number) => void): void => {
    for (const [index, source] of sources.entries()) {
      const own = numbers[index] ?? new Int32Array(0);
      for (const block of source.blocks) {
        for (let row = 0; row < block.length; row += rowDoubles) visit(own[block[row] ?? 0] ?? 0, block, row);
      }
    }
  };
  eachRow((session) => {
    starts[session + 1] = (starts[session + 1] ?? 0) + 1;
  });
  for (let session = 0; session < sessions; session += 1) {
    starts[session + 1] = (starts[session + 1] ?? 0) + (starts[session] ?? 0);
  }
  const length = starts[sessions] ?? 0;
  const columns = {
    length,
    at: new Float64Array(length),
    elapsedSeconds: new Float64Array(length),
    vcpuHours: new Float64Array(length),
    gbHours: new Float64Array(length),
  };
  const next = starts.slice();
  eachRow((session, block, row) => {
    const to = next[session] ?? 0;
    next[session] = to + 1;
    columns.at[to] = block[row + 1] ?? 0;
    columns.elapsedSeconds[to] = block[row + 2] ?? 0;
    columns.vcpuHours[to] = block[row + 3] ?? 0;
    columns.gbHours[to] = block[row + 4] ?? 0;
  });
  return { columns, starts };
}

const sliceOf = (columns: UsageColumns, from: number, to: number): UsageColumns => ({
  length: to - from,
  at: columns.at.subarray(from, to),
  elapsedSeconds: columns.elapsedSeconds.subarray(from, to),
  vcpuHours: columns.vcpuHours.subarray(from, to),
  gbHours: columns.gbHours.subarray(from, to),
});
