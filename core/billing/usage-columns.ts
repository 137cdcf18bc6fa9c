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

/** The records of all, one after the other. One alone is not copied. */
export function joinColumns(all: readonly UsageColumns[]): UsageColumns {
  const [first] = all;
  if (all.length === 1 && first !== undefined) return first;
  const length = all.reduce((sum, columns) => sum + columns.length, 0);
  const join = (columnOf: (columns: UsageColumns) => Float64Array): Float64Array => {
    const joined = new Float64Array(length);
    let to = 0;
    for (const columns of all) {
      joined.set(columnOf(columns).subarray(0, columns.length), to);
      to += columns.length;
    }
    return joined;
  };
  return {
    length,
    at: join(({ at }) => at),
    elapsedSeconds: join(({ elapsedSeconds }) => elapsedSeconds),
    vcpuHours: join(({ vcpuHours }) => vcpuHours),
    gbHours: join(({ gbHours }) => gbHours),
  };
}

/**
 * The distinct records in the order of the rule: by timestamp, then duration, then vCPU-hours, then GB-hours. Records
 * equal in all four were delivered twice. Records that come in order already, as most do, are not moved.
 */
export function distinctInOrder(columns: UsageColumns): UsageColumns {
  let sorted = true;
  for (let i = 1; i < columns.length && sorted; i += 1) sorted = compareRows(columns, i - 1, i) < 0;
  if (sorted) return columns;
  const order = orderOf(columns);
  let distinct = 0;
  for (let i = 0; i < order.length; i += 1) {
    const row = order[i] ?? 0;
    if (distinct > 0 && compareRows(columns, order[distinct - 1] ?? 0, row) === 0) continue;
    order[distinct] = row;
    distinct += 1;
  }
  const rows = order.subarray(0, distinct);
  return {
    length: distinct,
    at: pick(columns.at, rows),
    elapsedSeconds: pick(columns.elapsedSeconds, rows),
    vcpuHours: pick(columns.vcpuHours, rows),
    gbHours: pick(columns.gbHours, rows),
  };
}

// Plain loops here and below: `TypedArray.from` goes through an iterator, and leaves more garbage than there is data.
function pick(column: Float64Array, rows: Uint32Array): Float64Array {
  const picked = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += 1) picked[i] = column[rows[i] ?? 0] ?? 0;
  return picked;
}

/** The places of the rows in the order of the rule. */
function orderOf(columns: UsageColumns): Uint32Array {
  const order = orderByTime(columns);
  for (let from = 0, to = 1; to <= order.length; to += 1) {
    if (to < order.length && difference(columns.at, order[from] ?? 0, order[to] ?? 0) === 0) continue;
    if (to > from + 1) order.subarray(from, to).sort((a, b) => compareRows(columns, a, b));
    from = to;
  }
  return order;
}

/**
 * The places of the rows by timestamp alone. A comparing function costs more than all else of the metering, so that
 * timestamp and place are packed into one double each, where both fit into its 53 bits, and sorted as numbers.
 */
function orderByTime({ at, length }: UsageColumns): Uint32Array {
  let first = Number.POSITIVE_INFINITY;
  let last = 0;
  for (let i = 0; i < length; i += 1) {
    first = Math.min(first, at[i] ?? 0);
    last = Math.max(last, at[i] ?? 0);
  }
  const places = 2 ** Math.ceil(Math.log2(length));
  if ((last - first + 1) * places > Number.MAX_SAFE_INTEGER) {
    return new Uint32Array(length).map((_, place) => place).sort((a, b) => difference(at, a, b));
  }
  const packed = new Float64Array(length);
  for (let i = 0; i < length; i += 1) packed[i] = ((at[i] ?? 0) - first) * places + i;
  packed.sort();
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i += 1) {
    const value = packed[i] ?? 0;
    order[i] = value - Math.floor(value / places) * places;
  }
  return order;
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
