import { distinctInOrder, type UsageColumns, usageColumnsOf } from "../billing/usage-columns.ts";
import type { OpenRecords } from "./session-account.ts";

export const noRecords = (): OpenRecords => ({ ...usageColumnsOf([]), settled: 0, taken: { rows: 0 } });

/**
 * Appends in place where nobody else has done so since, and copies into twice the room otherwise, so that a record costs
 * the same whatever the number of batches. What held the columns before still sees its own rows and no others.
 */
export function append(open: OpenRecords, usage: UsageColumns): OpenRecords {
  if (usage.length === 0) return open;
  if (open.length === 0) return adopt(usage);
  const length = open.length + usage.length;
  const own = open.taken.rows === open.length && length <= open.at.length ? open : withRoom(open, length);
  own.at.set(usage.at.subarray(0, usage.length), open.length);
  own.elapsedSeconds.set(usage.elapsedSeconds.subarray(0, usage.length), open.length);
  own.vcpuHours.set(usage.vcpuHours.subarray(0, usage.length), open.length);
  own.gbHours.set(usage.gbHours.subarray(0, usage.length), open.length);
  own.taken.rows = length;
  return { ...own, length };
}

/** Columns that came from elsewhere, as they are: they are not copied, and nobody writes behind them. */
const adopt = (columns: UsageColumns): OpenRecords => ({
  ...firstRows(columns, columns.length),
  settled: 0,
  taken: { rows: columns.length },
});

/** Distinct and in order. Rows that are so already stay where they are. */
export function settle(open: OpenRecords): OpenRecords {
  if (open.settled === open.length) return open;
  const columns = distinctInOrder(open);
  // The same arrays: only the knowledge that they are in order is new.
  if (columns === open) return { ...open, settled: open.length };
  return settledRecords(columns);
}

/** Columns that are distinct and in order already. They are not copied, and nobody else may write behind them. */
export const settledRecords = (columns: UsageColumns): OpenRecords => ({
  ...columns,
  settled: columns.length,
  taken: { rows: columns.length },
});

/** The first rows, to be read: they are not copied. */
export const firstRows = (columns: UsageColumns, length: number): UsageColumns => ({
  length,
  at: columns.at.subarray(0, length),
  elapsedSeconds: columns.elapsedSeconds.subarray(0, length),
  vcpuHours: columns.vcpuHours.subarray(0, length),
  gbHours: columns.gbHours.subarray(0, length),
});

/** The rows from `from` up to `to`, in arrays of their own, so that the others can be forgotten. */
export const copyRows = (columns: UsageColumns, from: number, to: number): UsageColumns => ({
  length: to - from,
  at: columns.at.slice(from, to),
  elapsedSeconds: columns.elapsedSeconds.slice(from, to),
  vcpuHours: columns.vcpuHours.slice(from, to),
  gbHours: columns.gbHours.slice(from, to),
});

/** A copy of the rows, with room for `least` at least. */
function withRoom(open: OpenRecords, least: number): OpenRecords {
  const room = Math.max(64, 2 * open.length, least);
  const grown = (column: Float64Array): Float64Array => {
    const copy = new Float64Array(room);
    copy.set(column.subarray(0, open.length));
    return copy;
  };
  return {
    length: open.length,
    at: grown(open.at),
    elapsedSeconds: grown(open.elapsedSeconds),
    vcpuHours: grown(open.vcpuHours),
    gbHours: grown(open.gbHours),
    settled: open.settled,
    taken: { rows: open.length },
  };
}
