import { invalidParameter } from "./errors.ts";

/** Whether a message matches. */
export type Matcher = (message: string) => boolean;

/**
 * Unstructured patterns: words and quoted phrases, which must all be in the message, in any order and in their own case.
 * Optional (`?`) and excluded (`-`) terms, JSON (`{…}`), space-delimited (`[…]`) and regular expression (`%…%`) patterns
 * exist on AWS; here they are refused rather than half understood.
 */
export function matcherOf(pattern: string): Matcher {
  const terms = termsOf(pattern);
  return (message) => terms.every((each) => message.includes(each));
}

/** The words and phrases that a message must have. */
export function termsOf(pattern: string): readonly string[] {
  const terms: string[] = [];
  const term = /\s*(?:"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_]+))(?=\s|$)/y;
  const trimmed = pattern.trim();
  while (term.lastIndex < trimmed.length) {
    const match = term.exec(trimmed);
    if (match === null) throw invalidParameter(`Invalid filter pattern: ${pattern}`);
    terms.push(match[1]?.replaceAll(/\\(.)/g, "$1") ?? match[2] ?? "");
  }
  return terms;
}
