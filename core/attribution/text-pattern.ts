import type { MatchText } from "./attribution.ts";

/** Matches any of the patterns: exact texts, in which `*` stands for any run of characters. */
export function textPattern(patterns: readonly string[]): MatchText {
  const matchers = patterns.map(onePattern);
  return (text) => matchers.some((matches) => matches(text));
}

/** Each piece between two stars is looked for once, from the left, so that the time is linear for each piece. */
function onePattern(pattern: string): MatchText {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return (text) => text === pattern;
  const middle = rest.filter((piece) => piece !== "");
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let at = first.length;
    for (const piece of middle) {
      const found = text.indexOf(piece, at);
      if (found < 0) return false;
      at = found + piece.length;
    }
    return at <= text.length - last.length;
  };
}
