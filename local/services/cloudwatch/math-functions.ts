import { ExpressionError } from "./math-parse.ts";
import { type MathScope, type MathValue, seriesIn, type TimeSeries } from "./math-value.ts";

type Function = (args: readonly MathValue[], scope: MathScope) => MathValue;

/** The functions that a dashboard of this product can need; every other name is refused, SEARCH included. */
const FUNCTIONS: ReadonlyMap<string, Function> = new Map<string, Function>([
  ["SUM", reduced((values) => values.reduce((sum, value) => sum + value, 0))],
  ["AVG", reduced((values) => values.reduce((sum, value) => sum + value, 0) / values.length)],
  ["MIN", reduced((values) => Math.min(...values))],
  ["MAX", reduced((values) => Math.max(...values))],
  ["ABS", mapped(Math.abs)],
  ["CEIL", mapped(Math.ceil)],
  ["FLOOR", mapped(Math.floor)],
  ["METRICS", metrics],
  ["FILL", fill],
  ["IF", choose],
  ["PERIOD", period],
  ["RATE", rate],
]);

export function apply(name: string, args: readonly MathValue[], scope: MathScope): MathValue {
  const found = FUNCTIONS.get(name);
  if (found === undefined) throw new ExpressionError(`the function ${name} is not known to the embedded AWS`);
  return found(args, scope);
}

/** Over an array: point by point, from the series that have a point there. Over one series: one number, which stands for a constant. */
function reduced(over: (values: readonly number[]) => number): Function {
  return ([argument]) => {
    if (argument?.kind === "series") return { kind: "scalar", value: over([...argument.series.points.values()]) };
    const items = seriesIn(required(argument));
    const points = new Map<number, number>();
    for (const at of new Set(items.flatMap((series) => [...series.points.keys()]))) {
      points.set(at, over(items.flatMap((series) => series.points.get(at) ?? [])));
    }
    return { kind: "series", series: { label: "", periodMs: items[0]?.periodMs ?? 60_000, points } };
  };
}

function mapped(change: (value: number) => number): Function {
  return ([argument]) => {
    if (argument?.kind === "scalar") return { kind: "scalar", value: change(argument.value) };
    const items = seriesIn(required(argument)).map((series) =>
      withPoints(series, ([at, value]) => [at, change(value)]),
    );
    return shapedLike(required(argument), items);
  };
}

/** METRICS() and METRICS("part of an id"). */
function metrics([filter]: readonly MathValue[], scope: MathScope): MathValue {
  if (filter !== undefined && filter.kind !== "text") throw new ExpressionError("METRICS takes a text");
  const part = filter?.value ?? "";
  const found = [...scope.metrics()].filter(([id]) => id.includes(part));
  return { kind: "array", items: found.map(([, series]) => series) };
}

/** FILL(m, number | REPEAT). A gap before the first point has nothing to repeat and stays a gap. */
function fill([argument, filler]: readonly MathValue[], scope: MathScope): MathValue {
  const value = required(argument);
  const constant = filler?.kind === "scalar" ? filler.value : null;
  if (constant === null && !(filler?.kind === "text" && filler.value === "REPEAT")) {
    throw new ExpressionError("FILL takes a number or REPEAT");
  }
  const items = seriesIn(value).map((series) => {
    const points = new Map<number, number>();
    let last: number | null = constant;
    const first = series.points.keys().next().value ?? scope.from;
    for (let at = scope.from + ((first - scope.from) % series.periodMs); at < scope.to; at += series.periodMs) {
      const known = series.points.get(at);
      if (known !== undefined) points.set(at, known);
      else if (last !== null) points.set(at, last);
      last = constant ?? known ?? last;
    }
    return { ...series, points };
  });
  return shapedLike(value, items);
}

/** IF(condition, then, else): missing where the chosen side is missing. */
function choose([condition, then, otherwise]: readonly MathValue[]): MathValue {
  const test = required(condition);
  if (test.kind === "scalar") return required(test.value !== 0 ? then : otherwise);
  const [series] = seriesIn(test);
  if (series === undefined) throw new ExpressionError("IF needs a condition");
  const valueAt = (side: MathValue | undefined, at: number): number | undefined => {
    if (side === undefined) return undefined;
    return side.kind === "scalar" ? side.value : seriesIn(side)[0]?.points.get(at);
  };
  const points = new Map<number, number>();
  for (const [at, value] of series.points) {
    const chosen = valueAt(value !== 0 ? then : otherwise, at);
    if (chosen !== undefined) points.set(at, chosen);
  }
  return { kind: "series", series: { ...series, points } };
}

function period([argument]: readonly MathValue[]): MathValue {
  return { kind: "scalar", value: (seriesIn(required(argument))[0]?.periodMs ?? 0) / 1000 };
}

/** Change per second from the point before. */
function rate([argument]: readonly MathValue[]): MathValue {
  const value = required(argument);
  const items = seriesIn(value).map((series) => {
    const sorted = [...series.points].sort(([a], [b]) => a - b);
    const points = new Map<number, number>();
    sorted.forEach(([at, now], index) => {
      const before = sorted[index - 1];
      if (before !== undefined) points.set(at, (now - before[1]) / ((at - before[0]) / 1000));
    });
    return { ...series, points };
  });
  return shapedLike(value, items);
}

function required(argument: MathValue | undefined): MathValue {
  if (argument === undefined) throw new ExpressionError("an argument is missing");
  return argument;
}

const withPoints = (series: TimeSeries, change: (point: [number, number]) => [number, number]): TimeSeries => ({
  ...series,
  points: new Map([...series.points].map(change)),
});

function shapedLike(value: MathValue, items: readonly TimeSeries[]): MathValue {
  const [first] = items;
  return value.kind === "series" && first !== undefined ? { kind: "series", series: first } : { kind: "array", items };
}
