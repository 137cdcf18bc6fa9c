import { malformedQuery } from "../errors.ts";
import type { Cursor } from "./cursor.ts";
import type { Expression } from "./syntax.ts";

/** Functions beside the operators, with how many arguments each takes. */
const functions: Readonly<Record<string, readonly [number, number]>> = {
  bin: [1, 1],
  ispresent: [1, 1],
  isempty: [1, 1],
  isblank: [1, 1],
  coalesce: [1, 20],
  abs: [1, 1],
  ceil: [1, 1],
  floor: [1, 1],
  greatest: [1, 20],
  least: [1, 20],
  tomillis: [1, 1],
  strlen: [1, 1],
  tolower: [1, 1],
  toupper: [1, 1],
  trim: [1, 1],
};

const levels: readonly (readonly string[])[] = [
  ["or"],
  ["and"],
  ["=", "!=", "<", "<=", ">", ">=", "like", "=~", "in", "not"],
  ["+", "-"],
  ["*", "/", "%"],
];

/** Reads an expression, loosest operators first. */
export function parseExpression(cursor: Cursor, level = 0): Expression {
  const operators = levels[level];
  if (operators === undefined) return parsePrimary(cursor);
  let left = parseExpression(cursor, level + 1);
  for (;;) {
    const token = cursor.peek();
    const operator = token.text.toLowerCase();
    if ((token.kind !== "name" && token.kind !== "sign") || !operators.includes(operator)) return left;
    cursor.next();
    left = level === 2 ? comparison(cursor, left, operator) : call(operator, left, parseExpression(cursor, level + 1));
  }
}

function comparison(cursor: Cursor, left: Expression, operator: string): Expression {
  if (operator === "not") {
    if (cursor.takes("like")) return call("not", call("like", left, parsePattern(cursor)));
    cursor.needs("in");
    return call("not", call("in", left, ...parseList(cursor)));
  }
  if (operator === "in") return call("in", left, ...parseList(cursor));
  if (operator === "like" || operator === "=~") return call("like", left, parsePattern(cursor));
  return call(operator, left, parseExpression(cursor, 3));
}

function parsePattern(cursor: Cursor): Expression {
  const { kind, text } = cursor.next();
  if (kind === "text") return { kind: "constant", value: text };
  if (kind !== "regex") throw malformedQuery(`like needs a "text" or a /pattern/, not ${text}`);
  try {
    return { kind: "pattern", pattern: new RegExp(text) };
  } catch (error) {
    if (error instanceof SyntaxError) throw malformedQuery(`/${text}/ is no regular expression`);
    throw error;
  }
}

function parseList(cursor: Cursor): Expression[] {
  cursor.needs("[");
  const items: Expression[] = [];
  do items.push(parseExpression(cursor, 3));
  while (cursor.takes(","));
  cursor.needs("]");
  return items;
}

function parsePrimary(cursor: Cursor): Expression {
  if (cursor.takes("-")) return call("-", { kind: "constant", value: 0 }, parsePrimary(cursor));
  if (cursor.takes("not")) return call("not", parseExpression(cursor, 2));
  if (cursor.takes("(")) {
    const inner = parseExpression(cursor);
    cursor.needs(")");
    return inner;
  }
  const { kind, text } = cursor.peek();
  const isCall = kind === "name" && cursor.peek(1).text === "(" && cursor.peek(1).kind === "sign";
  if (isCall) return parseCall(cursor);
  if (kind === "number" || kind === "text") {
    cursor.next();
    return { kind: "constant", value: kind === "number" ? Number(text) : text };
  }
  if (kind !== "name" && kind !== "quoted-name") return cursor.fail("a field, a value or a function");
  cursor.next();
  return { kind: "field", name: text };
}

function parseCall(cursor: Cursor): Expression {
  const { text } = cursor.next();
  const name = text.toLowerCase();
  const arity = functions[name];
  if (arity === undefined) throw malformedQuery(`the embedded AWS has no function ${text}`);
  cursor.needs("(");
  const of: Expression[] = [];
  if (!cursor.takes(")")) {
    do of.push(parseExpression(cursor, 3));
    while (cursor.takes(","));
    cursor.needs(")");
  }
  if (of.length < arity[0] || of.length > arity[1]) throw malformedQuery(`wrong number of arguments of ${text}`);
  return name === "bin" ? binOf(of[0]) : { kind: "call", name, of };
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `bin(1h)`: the start of the period that the event's time stamp lies in. */
function binOf(period: Expression | undefined): Expression {
  const [, count = "", unit = ""] = /^(\d+)(ms|s|m|h|d|w)$/.exec(period?.kind === "field" ? period.name : "") ?? [];
  const length = Number(count) * (unitMs[unit] ?? 0);
  if (!(length > 0)) throw malformedQuery("bin needs a period such as bin(1h) or bin(5m)");
  return call("bin", { kind: "field", name: "@timestamp" }, { kind: "constant", value: length });
}

const call = (name: string, ...of: readonly Expression[]): Expression => ({ kind: "call", name, of });
