import type { UsageFigures } from "./usage-figures.ts";

/** The records of one session as columns of doubles, so that many of them stay small. Only the first `length` count. */
export interface UsageColumns {
  readonly length: number;
  readonly at: Float64Array;
  readonly elapsedSeconds: Float64Array;
  readonly vcpuHours: Float64Array;
  readonly gbHours: Float64Array;
}

export const usageColumnsOf = (records: readonly UsageFigures[]): UsageColumns => ({
  length: records.length,
  at: Float64Array.from(records, (record) => record.at),
  elapsedSeconds: Float64Array.from(records, (record) => record.elapsedSeconds),
  vcpuHours: Float64Array.from(records, (record) => record.vcpuHours),
  gbHours: Float64Array.from(records, (record) => record.gbHours),
});

/**
 * The distinct records in the order of the rule: by timestamp, then duration, then vCPU-hours, then GB-hours. Records
 * equal in all four were delivered twice. Records that come in order already, as most do, are not moved.
 */
export function distinctInOrder(columns: UsageColumns): UsageColumns {
  let sorted = true;
  for (let i = 1; i < columns.length && sorted; i += 1) sorted = compareRows(columns, i - 1, i) < 0;
  if (sorted) return columns;
  const order = new Uint32Array(columns.length).map((_, index) => index);
  order.sort((a, b) => compareRows(columns, a, b));
  const distinct = order.filter((row, i) => i === 0 || compareRows(columns, order[i - 1] ?? row, row) !== 0);
  const pick = (column: Float64Array): Float64Array => Float64Array.from(distinct, (row) => column[row] ?? Number.NaN);
  return {
    length: distinct.length,
    at: pick(columns.at),
    elapsedSeconds: pick(columns.elapsedSeconds),
    vcpuHours: pick(columns.vcpuHours),
    gbHours: pick(columns.gbHours),
  };
}

function compareRows(columns: UsageColumns, a: number, b: number): number {
  return (
    difference(columns.at, a, b) ||
    difference(columns.elapsedSeconds, a, b) ||
    difference(columns.vcpuHours, a, b) ||
    difference(columns.gbHours, a, b)
  );
}

const difference = (column: Float64Array, a: number, b: number): number => (column[a] ?? 0) - (column[b] ?? 0);
