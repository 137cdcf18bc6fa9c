/** Metric math as a tree. Strings occur only as arguments, such as FILL's REPEAT is a name and METRICS's filter a string. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "list"; readonly items: readonly Expression[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: "negative"; readonly of: Expression }
  | { readonly kind: "binary"; readonly operator: Operator; readonly left: Expression; readonly right: Expression };

export type Operator = "+" | "-" | "*" | "/" | "^" | "==" | "!=" | "<=" | ">=" | "<" | ">" | "AND" | "OR";

/** The expression cannot be understood, or uses what the embedded AWS does not compute. */
export class ExpressionError extends Error {}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_][A-Za-z0-9_]*)|"([^"]*)"|'([^']*)'|(==|!=|<=|>=|&&|\|\||[-+*/^<>(),[\]]))/y;

interface Token {
  readonly kind: "number" | "name" | "text" | "sign";
  readonly text: string;
}

/** Weakest first. `^` binds strongest; all of them group from the left. */
const LEVELS: readonly (readonly string[])[] = [
  ["||", "OR"],
  ["&&", "AND"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/"],
  ["^"],
];

export function parseExpression(text: string): Expression {
  const tokens = tokensOf(text);
  let next = 0;
  const peek = (): string | null => {
    const token = tokens[next];
    return token === undefined || token.kind === "text" ? null : token.text;
  };
  const expect = (sign: string): void => {
    if (peek() !== sign) throw new ExpressionError(`'${sign}' is expected in ${text}`);
    next += 1;
  };
  const binary = (level: number): Expression => {
    const operators = LEVELS[level];
    if (operators === undefined) return unary();
    let left = binary(level + 1);
    for (let sign = peek(); sign !== null && operators.includes(sign); sign = peek()) {
      next += 1;
      left = { kind: "binary", operator: operatorOf(sign), left, right: binary(level + 1) };
    }
    return left;
  };
  const unary = (): Expression => {
    if (peek() !== "-") return primary();
    next += 1;
    return { kind: "negative", of: unary() };
  };
  const listUntil = (end: string): Expression[] => {
    const items: Expression[] = [];
    while (peek() !== end) {
      if (items.length > 0) expect(",");
      items.push(binary(0));
    }
    expect(end);
    return items;
  };
  const primary = (): Expression => {
    const token = tokens[next];
    if (token === undefined) throw new ExpressionError(`${text} ends too early`);
    next += 1;
    if (token.kind === "number") return { kind: "number", value: Number(token.text) };
    if (token.kind === "text") return { kind: "text", value: token.text };
    if (token.text === "[") return { kind: "list", items: listUntil("]") };
    if (token.text === "(") {
      const inner = binary(0);
      expect(")");
      return inner;
    }
    if (token.kind !== "name") throw new ExpressionError(`'${token.text}' is not expected in ${text}`);
    if (peek() !== "(") return { kind: "name", name: token.text };
    next += 1;
    return { kind: "call", name: token.text.toUpperCase(), args: listUntil(")") };
  };
  const whole = binary(0);
  if (next < tokens.length) throw new ExpressionError(`'${tokens[next]?.text}' is not expected in ${text}`);
  return whole;
}

const operatorOf = (sign: string): Operator => (sign === "&&" ? "AND" : sign === "||" ? "OR" : (sign as Operator));

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (match === null) throw new ExpressionError(`'${trimmed.slice(at, at + 10)}' cannot be read`);
    const [, number, name, double, single, sign] = match;
    if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (sign !== undefined) tokens.push({ kind: "sign", text: sign });
    else tokens.push({ kind: "text", text: double ?? single ?? "" });
  }
  return tokens;
}
