import { ExpressionError, type Operator } from "./math-parse.ts";

/** Values by the start of their period. */
export interface TimeSeries {
  readonly label: string;
  readonly periodMs: number;
  readonly points: ReadonlyMap<number, number>;
}

export type MathValue =
  | { readonly kind: "scalar"; readonly value: number }
  | { readonly kind: "series"; readonly series: TimeSeries }
  | { readonly kind: "array"; readonly items: readonly TimeSeries[] }
  | { readonly kind: "text"; readonly value: string };

/** What names stand for, and the span that FILL fills. */
export interface MathScope {
  readonly resolve: (id: string) => MathValue | null;
  /** All metrics of the request (not the expressions), by id: METRICS(). */
  readonly metrics: () => ReadonlyMap<string, TimeSeries>;
  readonly from: number;
  readonly to: number;
}

export function seriesIn(value: MathValue): readonly TimeSeries[] {
  if (value.kind === "series") return [value.series];
  if (value.kind === "array") return value.items;
  throw new ExpressionError("a time series is expected");
}

/** Two series meet where both have a point: a missing one is missing in the result, never zero. */
export function combine(operator: Operator, left: MathValue, right: MathValue): MathValue {
  if (left.kind === "text" || right.kind === "text") throw new ExpressionError("a text cannot be computed with");
  if (left.kind === "scalar" && right.kind === "scalar") {
    return { kind: "scalar", value: computed(operator, left.value, right.value) };
  }
  if (left.kind === "array") {
    return { kind: "array", items: left.items.map((series) => pair(operator, series, right)) };
  }
  if (right.kind === "array") {
    return { kind: "array", items: right.items.map((series) => pair(operator, left, series)) };
  }
  return { kind: "series", series: pair(operator, left, right) };
}

type Operand = TimeSeries | MathValue;

function pair(operator: Operator, left: Operand, right: Operand): TimeSeries {
  const [a, b] = [operandOf(left), operandOf(right)];
  const lead = typeof a === "number" ? b : a;
  if (typeof lead === "number") throw new ExpressionError("a time series is expected");
  const points = new Map<number, number>();
  for (const at of lead.points.keys()) {
    const [x, y] = [typeof a === "number" ? a : a.points.get(at), typeof b === "number" ? b : b.points.get(at)];
    if (x === undefined || y === undefined) continue;
    const value = computed(operator, x, y);
    // A division by zero has no value, and CloudWatch draws no point for it.
    if (Number.isFinite(value)) points.set(at, value);
  }
  return { label: lead.label, periodMs: lead.periodMs, points };
}

function operandOf(operand: Operand): TimeSeries | number {
  if (!("kind" in operand)) return operand;
  if (operand.kind === "scalar") return operand.value;
  if (operand.kind === "series") return operand.series;
  throw new ExpressionError("two arrays of time series cannot be combined");
}

function computed(operator: Operator, x: number, y: number): number {
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return x / y;
    case "^":
      return x ** y;
    case "==":
      return Number(x === y);
    case "!=":
      return Number(x !== y);
    case "<":
      return Number(x < y);
    case ">":
      return Number(x > y);
    case "<=":
      return Number(x <= y);
    case ">=":
      return Number(x >= y);
    case "AND":
      return Number(x !== 0 && y !== 0);
    case "OR":
      return Number(x !== 0 || y !== 0);
    default:
      return operator satisfies never;
  }
}
