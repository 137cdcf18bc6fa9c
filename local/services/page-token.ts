import { createHash } from "node:crypto";

/** What a token of paging carries: where to go on, and which request it belongs to. */
export interface PageToken<T> {
  readonly of: string;
  readonly at: T;
}

/**
 * A token is base64 of its JSON, so that nothing is remembered between the pages. `request` is the request without its
 * token: AWS refuses a token that is sent with other parameters than the ones that it was made for.
 */
export const writeToken = <T>(request: unknown, at: T): string =>
  Buffer.from(JSON.stringify({ of: fingerprintOf(request), at } satisfies PageToken<T>)).toString("base64");

/** Null where the text is no token of this request. */
export function readToken<T>(request: unknown, token: string, isPosition: (at: unknown) => at is T): T | null {
  const parsed = parse(Buffer.from(token, "base64").toString("utf8"));
  if (typeof parsed !== "object" || parsed === null || !("of" in parsed) || !("at" in parsed)) return null;
  return parsed.of === fingerprintOf(request) && isPosition(parsed.at) ? parsed.at : null;
}

/** Whether the text is a token at all, of whatever request. */
export function isToken(token: string): boolean {
  const parsed = parse(Buffer.from(token, "base64").toString("utf8"));
  return typeof parsed === "object" && parsed !== null && "of" in parsed && "at" in parsed;
}

export const isIndex = (at: unknown): at is number => typeof at === "number" && Number.isInteger(at) && at >= 0;

const fingerprintOf = (request: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(request) ?? "")
    .digest("base64url")
    .slice(0, 16);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
