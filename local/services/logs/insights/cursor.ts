import { malformedQuery } from "../errors.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** Goes through the tokens of a query. */
export interface Cursor {
  readonly query: string;
  readonly peek: (ahead?: number) => Token;
  readonly next: () => Token;
  /** Takes the token where it is this word or sign (in any case of letters). */
  readonly takes: (text: string) => boolean;
  /** Takes it, or throws. */
  readonly needs: (text: string) => void;
  readonly fail: (wanted: string) => never;
}

export function cursorOf(query: string): Cursor {
  const tokens = tokensOf(query);
  const end: Token = { kind: "end", text: "", at: query.length };
  let at = 0;
  const peek = (ahead = 0): Token => tokens[at + ahead] ?? end;
  const is = (token: Token, text: string): boolean =>
    (token.kind === "name" || token.kind === "sign") && token.text.toLowerCase() === text;
  const fail = (wanted: string): never => {
    const { text, at: position } = peek();
    throw malformedQuery(
      `unexpected symbol found ${text === "" ? "<end>" : text} at line 1 and position ${position}: expected ${wanted}`,
    );
  };
  const takes = (text: string): boolean => {
    if (!is(peek(), text)) return false;
    at++;
    return true;
  };
  return {
    query,
    peek,
    next: () => {
      const token = peek();
      at++;
      return token;
    },
    takes,
    needs: (text) => {
      if (!takes(text)) fail(`"${text}"`);
    },
    fail,
  };
}
