import { compare, evaluate, numberOf, type Row, type Value } from "./evaluate.ts";
import type { Aggregate, Column } from "./syntax.ts";

interface Group {
  readonly keys: readonly Value[];
  readonly sums: Sum[];
}

interface Sum {
  count: number;
  total: number;
  least: Value;
  greatest: Value;
  readonly distinct: Set<Value>;
}

/** One row for each group, in the order in which the groups were met. */
export function aggregated(
  rows: Iterable<Row>,
  aggregates: readonly Aggregate[],
  by: readonly Column[],
): readonly Row[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const keys = by.map(({ value }) => evaluate(value, row));
    const id = JSON.stringify(keys);
    const group = groups.get(id) ?? { keys, sums: aggregates.map(emptySum) };
    groups.set(id, group);
    for (const [index, aggregate] of aggregates.entries()) {
      const sum = group.sums[index];
      if (sum !== undefined) add(sum, aggregate, row);
    }
  }
  return [...groups.values()].map(({ keys, sums }) => {
    const values = new Map<string, Value>(by.map(({ name }, index) => [name, keys[index] ?? null]));
    for (const [index, aggregate] of aggregates.entries()) {
      const sum = sums[index];
      if (sum !== undefined) values.set(aggregate.name, resultOf(sum, aggregate));
    }
    return (name) => values.get(name) ?? null;
  });
}

function add(sum: Sum, { function: name, of }: Aggregate, row: Row): void {
  if (of === null) {
    sum.count++;
    return;
  }
  const value = evaluate(of, row);
  if (value === null) return;
  if (name === "count_distinct") sum.distinct.add(value);
  const number = numberOf(value);
  if ((name === "sum" || name === "avg") && number === null) return;
  sum.count++;
  sum.total += number ?? 0;
  if (sum.least === null || (compare(value, sum.least) ?? 0) < 0) sum.least = value;
  if (sum.greatest === null || (compare(value, sum.greatest) ?? 0) > 0) sum.greatest = value;
}

function resultOf(sum: Sum, { function: name }: Aggregate): Value {
  switch (name) {
    case "count":
      return sum.count;
    case "count_distinct":
      return sum.distinct.size;
    case "sum":
      return sum.count === 0 ? null : sum.total;
    case "avg":
      return sum.count === 0 ? null : sum.total / sum.count;
    case "min":
      return sum.least;
    case "max":
      return sum.greatest;
    default:
      return name satisfies never;
  }
}

const emptySum = (): Sum => ({ count: 0, total: 0, least: null, greatest: null, distinct: new Set() });
