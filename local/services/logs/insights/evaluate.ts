import type { Expression } from "./syntax.ts";

/** What an expression comes to; null where a field is absent, or an operation has no result. */
export type Value = string | number | boolean | null;

/** Reads a field by its flattened name. */
export type Row = (name: string) => Value;

export function evaluate(expression: Expression, row: Row): Value {
  switch (expression.kind) {
    case "field":
      return row(expression.name);
    case "constant":
      return expression.value;
    case "pattern":
      return null;
    case "call":
      return evaluateCall(expression.name, expression.of, row);
    default:
      return expression satisfies never;
  }
}

export const isTrue = (value: Value): boolean => value === true || value === "true";

/** Text of digits counts as a number, as Insights has no types of its own. */
export function numberOf(value: Value): number | null {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return null;
  return Number(value);
}

function evaluateCall(name: string, of: readonly Expression[], row: Row): Value {
  const [first, second] = of;
  if (name === "like") return isLike(first, second, row);
  if (name === "and") return of.every((each) => isTrue(evaluate(each, row)));
  if (name === "or") return of.some((each) => isTrue(evaluate(each, row)));
  const values = of.map((each) => evaluate(each, row));
  const [one = null, other = null] = values;
  switch (name) {
    case "not":
      return !isTrue(one);
    case "ispresent":
      return one !== null;
    case "isempty":
    case "isblank":
      return one === null || (name === "isempty" ? one : String(one).trim()) === "";
    case "coalesce":
      return values.find((value) => value !== null) ?? null;
    case "in":
      return values.slice(1).some((value) => compare(one, value) === 0);
    case "=":
      return compare(one, other) === 0;
    case "!=":
      return compare(one, other) !== 0;
    case "strlen":
      return one === null ? null : String(one).length;
    case "tolower":
      return one === null ? null : String(one).toLowerCase();
    case "toupper":
      return one === null ? null : String(one).toUpperCase();
    case "trim":
      return one === null ? null : String(one).trim();
    case "<":
    case "<=":
    case ">":
    case ">=":
      return isOrdered(name, compare(one, other));
    default:
      return arithmetic(name, values.map(numberOf));
  }
}

function isLike(field: Expression | undefined, wanted: Expression | undefined, row: Row): boolean {
  const text = field === undefined ? null : evaluate(field, row);
  if (text === null) return false;
  if (wanted?.kind === "pattern") return wanted.pattern.test(String(text));
  return wanted?.kind === "constant" && String(text).includes(String(wanted.value));
}

/** Numbers by size, all else as text; null where one is absent. */
export function compare(one: Value, other: Value): number | null {
  if (one === null || other === null) return null;
  const [a, b] = [numberOf(one), numberOf(other)];
  if (a !== null && b !== null) return a - b;
  return String(one) < String(other) ? -1 : String(one) > String(other) ? 1 : 0;
}

function isOrdered(name: "<" | "<=" | ">" | ">=", order: number | null): boolean {
  if (order === null) return false;
  if (name === "<") return order < 0;
  if (name === "<=") return order <= 0;
  return name === ">" ? order > 0 : order >= 0;
}

function arithmetic(name: string, values: readonly (number | null)[]): number | null {
  const numbers = values.filter((value) => value !== null);
  if (numbers.length < values.length) return null;
  const [a = Number.NaN, b = Number.NaN] = numbers;
  const result = resultOf(name, a, b, numbers);
  return Number.isFinite(result) ? result : null;
}

function resultOf(name: string, a: number, b: number, all: readonly number[]): number {
  switch (name) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a % b;
    case "bin":
      return Math.floor(a / b) * b;
    case "abs":
      return Math.abs(a);
    case "ceil":
      return Math.ceil(a);
    case "floor":
      return Math.floor(a);
    case "greatest":
      return Math.max(...all);
    case "least":
      return Math.min(...all);
    case "tomillis":
      return a;
    default:
      throw new Error(`no meaning for ${name}`);
  }
}
