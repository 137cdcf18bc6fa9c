import { aggregated } from "./aggregate.ts";
import { compare, evaluate, isTrue, type Row, type Value } from "./evaluate.ts";
import type { Column, Command, Expression } from "./syntax.ts";

interface ResultField {
  readonly field: string;
  readonly value: string;
}

export interface QueryResult {
  readonly rows: readonly (readonly ResultField[])[];
  /** Events that passed the filters. */
  readonly matched: number;
}

interface State {
  rows: readonly Row[];
  /** Columns shown; null: what Insights shows where nobody asked for any. */
  shown: readonly string[] | null;
  /** Columns that hold a time, and are written as one. */
  readonly times: Set<string>;
  isAggregated: boolean;
  isSorted: boolean;
  matched: number;
}

/** Runs a query over events that come in the order of their time. `decimals`: of computed numbers; null for all. */
export function execute(
  commands: readonly Command[],
  events: readonly Row[],
  options: { readonly limit: number; readonly decimals: number | null },
): QueryResult {
  const state: State = {
    rows: events,
    shown: null,
    times: new Set(["@timestamp", "@ingestionTime"]),
    isAggregated: false,
    isSorted: false,
    matched: events.length,
  };
  for (const command of commands) apply(command, state);
  const shown = state.shown ?? ["@timestamp", "@message"];
  const names = state.isAggregated ? shown : [...new Set([...shown, "@ptr"])];
  // Events come newest first where the query asks for no order.
  const rows = state.isSorted || state.isAggregated ? state.rows : state.rows.toReversed();
  return {
    matched: state.matched,
    rows: rows.slice(0, options.limit).map((row) =>
      names.flatMap((field) => {
        const value = row(field);
        return value === null ? [] : [{ field, value: written(value, state.times.has(field), options.decimals) }];
      }),
    ),
  };
}

function apply(command: Command, state: State): void {
  switch (command.kind) {
    case "filter":
      state.rows = state.rows.filter((row) => isTrue(evaluate(command.condition, row)));
      if (!state.isAggregated) state.matched = state.rows.length;
      return;
    case "fields":
    case "display": {
      noteTimes(command.columns, state);
      state.rows = state.rows.map((row) => withColumns(row, command.columns));
      const names = command.columns.map(({ name }) => name);
      state.shown = command.kind === "display" ? names : [...new Set([...(state.shown ?? []), ...names])];
      return;
    }
    case "stats":
      noteTimes(command.by, state);
      state.rows = aggregated(state.rows, command.aggregates, command.by);
      state.shown = [...command.by, ...command.aggregates].map(({ name }) => name);
      for (const { name, function: how, of } of command.aggregates) {
        if ((how === "min" || how === "max") && of !== null && isTime(of, state.times)) state.times.add(name);
      }
      state.isAggregated = true;
      return;
    case "sort":
      state.rows = state.rows
        .map((row) => ({ row, keys: command.by.map(({ value }) => evaluate(value, row)) }))
        .toSorted((a, b) => order(a.keys, b.keys, command.by))
        .map(({ row }) => row);
      state.isSorted = true;
      return;
    case "limit":
      state.rows =
        state.isSorted || state.isAggregated ? state.rows.slice(0, command.count) : state.rows.slice(-command.count);
      return;
    default:
      command satisfies never;
  }
}

/** Absent values come last, whatever the direction. */
function order(
  one: readonly Value[],
  other: readonly Value[],
  by: readonly { readonly descending: boolean }[],
): number {
  for (const [index, { descending }] of by.entries()) {
    const [a = null, b = null] = [one[index], other[index]];
    if (a === null || b === null) {
      if (a !== b) return a === null ? 1 : -1;
      continue;
    }
    const step = compare(a, b) ?? 0;
    if (step !== 0) return descending ? -step : step;
  }
  return 0;
}

function noteTimes(columns: readonly Column[], state: State): void {
  for (const { name, value } of columns) if (isTime(value, state.times)) state.times.add(name);
}

const isTime = (value: Expression, times: ReadonlySet<string>): boolean =>
  (value.kind === "call" && value.name === "bin") || (value.kind === "field" && times.has(value.name));

function withColumns(row: Row, columns: readonly Column[]): Row {
  const computed = columns.filter(({ name, value }) => value.kind !== "field" || value.name !== name);
  if (computed.length === 0) return row;
  return (name) => {
    const column = computed.find((each) => each.name === name);
    return column === undefined ? row(name) : evaluate(column.value, row);
  };
}

/** For example 2026-11-20 12:00:00.000, without a zone, as Insights writes times. */
function written(value: Value, isTimeColumn: boolean, decimals: number | null): string {
  if (typeof value !== "number") return String(value);
  if (isTimeColumn) return new Date(value).toISOString().replace("T", " ").replace("Z", "");
  return decimals === null ? String(value) : String(Number(value.toFixed(decimals)));
}
