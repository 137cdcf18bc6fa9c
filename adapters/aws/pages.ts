import type { Listing, Problem } from "../../core/kernel/problem.ts";
import { abortable } from "./abortable.ts";
import { type AwsCall, AwsError, problemOf } from "./aws-error.ts";

/** One answer of a listing. `items` is undefined where the member that must carry them is missing. */
export interface Page {
  readonly items: readonly unknown[] | undefined;
  readonly nextToken: string | undefined;
}

/** What one listed item is: the item, or what is wrong with it. */
export type Parsed<T> = { readonly item: T } | { readonly wrong: string };

// A service that gives new tokens without end would hold a pass for ever; a full Region has a few hundred pages.
const maxPages = 10_000;

/**
 * Reads a listing to its end. What was read stays when a later page fails; items that are none are set aside with a
 * problem, and repeated ones are dropped: an unordered listing may show one twice while things come and go.
 */
export async function readPages<T extends { readonly id: string }>(
  call: AwsCall,
  fetch: (nextToken: string | undefined) => Promise<Page>,
  parse: (raw: unknown) => Parsed<T>,
  signal: AbortSignal,
): Promise<Listing<T>> {
  const { items, problems, complete } = await readSomePages(
    call,
    fetch,
    parse,
    { from: null, pages: maxPages },
    signal,
  );
  const isCut = complete === "cut";
  const tooMany = isCut ? [badAnswer(call, `gave more than ${maxPages} pages; the rest was not read`)] : [];
  return { items, problems: [...problems, ...tooMany], complete: complete === "whole" };
}

/** The same for so many pages from a token on; `next` is that of the page after them, null at the end and after a failure. */
export async function readSomePages<T extends { readonly id: string }>(
  call: AwsCall,
  fetch: (nextToken: string | undefined) => Promise<Page>,
  parse: (raw: unknown) => Parsed<T>,
  part: { readonly from: string | null; readonly pages: number },
  signal: AbortSignal,
): Promise<SomePages<T>> {
  const items = new Map<string, T>();
  const problems: Problem[] = [];
  const seen = new Set<string>();
  const bad = (why: string): void => {
    problems.push(badAnswer(call, why));
  };
  let token = part.from ?? undefined;
  let pages = 0;
  let isBroken = false;
  do {
    let page: Page;
    pages += 1;
    try {
      page = await abortable(signal, () => fetch(token));
    } catch (error) {
      signal.throwIfAborted();
      problems.push(problemOf(error, call));
      isBroken = true;
      break;
    }
    if (page.items === undefined) bad("gave a page without its list of items, so some may be missing");
    for (const raw of page.items ?? []) {
      const parsed = parse(raw);
      if ("item" in parsed) items.set(parsed.item.id, parsed.item);
      else bad(`gave an item that cannot be used: ${parsed.wrong}`);
    }
    // An empty page with a token is no end: only a page without one is.
    token = page.nextToken;
    if (token !== undefined && seen.has(token)) {
      bad("repeated a page token, so the rest of the list was not read");
      isBroken = true;
      break;
    }
    if (token !== undefined) seen.add(token);
  } while (token !== undefined && pages < part.pages);
  const next = isBroken ? null : (token ?? null);
  const complete = problems.length > 0 ? "no" : next === null ? "whole" : "cut";
  return { items: [...items.values()], problems, complete, next, pages };
}

export interface SomePages<T> {
  readonly items: readonly T[];
  readonly problems: readonly Problem[];
  /** `cut`: nothing is missing but the pages after these. */
  readonly complete: "whole" | "cut" | "no";
  readonly next: string | null;
  /** Pages that were asked for. */
  readonly pages: number;
}

function badAnswer(call: AwsCall, why: string): Problem {
  const where = `${call.operation} in ${call.region}${call.subject === undefined ? "" : ` (${call.subject})`}`;
  return problemOf(new AwsError("BadAnswer", call, `${where} ${why}: try again, and report it if it stays.`), call);
}
