import { malformedQuery } from "../errors.ts";

/** A piece of a query, with where it stands. `name` is a field's or function's; its backticks are gone. */
export interface Token {
  readonly kind: "name" | "quoted-name" | "number" | "text" | "regex" | "sign" | "end";
  readonly text: string;
  readonly at: number;
}

/**
 * Names hold letters, digits, dots, underscores and at signs; anything else asks for backticks ("Fields that contain special
 * characters" in the user guide), so `foo-bar` without them is foo minus bar.
 */
const patterns: readonly (readonly [Token["kind"] | "space", RegExp])[] = [
  ["space", /(?:\s|#[^\n]*)+/y],
  ["number", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.@])/y],
  ["name", /[A-Za-z_@][\w.@]*|\d+[a-z]+/y],
  ["quoted-name", /`([^`]+)`/y],
  ["text", /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'/y],
  ["regex", /\/((?:[^/\\\n]|\\.)+)\//y],
  ["sign", /<=|>=|!=|=~|[|,()[\]=<>+\-*/%^]/y],
];

export function tokensOf(query: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < query.length; ) {
    const found = match(query, at, tokens.at(-1));
    if (found === null)
      throw malformedQuery(`unexpected symbol found ${query.slice(at, at + 10)} at line 1 and position ${at}`);
    if (found.kind !== "space") tokens.push({ kind: found.kind, text: found.text, at });
    at = found.end;
  }
  return [...tokens, { kind: "end", text: "", at: query.length }];
}

function match(query: string, at: number, before: Token | undefined) {
  for (const [kind, pattern] of patterns) {
    // A slash begins a regular expression only where a value is awaited, and divides elsewhere.
    if (kind === "regex" && !/^(like|=~|not)$/.test(before?.text ?? "")) continue;
    pattern.lastIndex = at;
    const found = pattern.exec(query);
    if (found === null) continue;
    const inner = found[1] ?? found[2] ?? found[0];
    const text = kind === "text" ? inner.replaceAll(/\\(.)/g, "$1") : inner;
    return { kind, text, end: pattern.lastIndex };
  }
  return null;
}
