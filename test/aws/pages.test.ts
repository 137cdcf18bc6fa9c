import { describe, expect, it } from "vitest";
import { type Page, type Parsed, readPages } from "../../adapters/aws/pages.ts";

const call = { operation: "ListThings", region: "us-east-1", subject: "thing" };
const signal = new AbortController().signal;
const parse = (raw: unknown): Parsed<{ id: string }> =>
  typeof raw === "string" ? { item: { id: raw } } : { wrong: "not a text" };

/** Serves pages by token; the first one has none. */
const read = (pages: Readonly<Record<string, Page | Error>>) => {
  const asked: (string | undefined)[] = [];
  const fetch = async (token: string | undefined): Promise<Page> => {
    asked.push(token);
    const page = pages[token ?? "first"];
    if (page instanceof Error || page === undefined) throw page ?? new Error("no such page");
    return page;
  };
  return readPages(call, fetch, parse, signal).then((listing) => ({
    ids: listing.items.map((item) => item.id),
    codes: listing.problems.map((problem) => problem.code),
    complete: listing.complete,
    asked,
  }));
};
const page = (items: readonly unknown[] | undefined, nextToken?: string): Page => ({ items, nextToken });

describe("reading pages", () => {
  it("goes on to the page without a token", async () => {
    expect(await read({ first: page(["a"], "1"), 1: page(["b"], "2"), 2: page(["c"]) })).toEqual({
      ids: ["a", "b", "c"],
      codes: [],
      complete: true,
      asked: [undefined, "1", "2"],
    });
  });

  it("goes on after an empty page with a token", async () => {
    expect(await read({ first: page([], "1"), 1: page([], "2"), 2: page(["c"]) })).toMatchObject({
      ids: ["c"],
      complete: true,
    });
  });

  it("stops at a repeated token, keeps what was read, and says that something is missing", async () => {
    expect(await read({ first: page(["a"], "1"), 1: page(["b"], "1") })).toEqual({
      ids: ["a", "b"],
      codes: ["BadAnswer"],
      complete: false,
      asked: [undefined, "1"],
    });
  });

  it("stops at a cycle of tokens", async () => {
    const outcome = await read({ first: page(["a"], "1"), 1: page(["b"], "2"), 2: page(["c"], "1") });
    expect(outcome).toMatchObject({ ids: ["a", "b", "c"], codes: ["BadAnswer"], complete: false });
  });

  it("takes a page without its list for a problem, not for an empty one, and reads on", async () => {
    expect(await read({ first: page(undefined, "1"), 1: page(["b"]) })).toMatchObject({
      ids: ["b"],
      codes: ["BadAnswer"],
      complete: false,
    });
  });

  it("keeps what was read when a later page fails", async () => {
    const throttled = Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
    expect(await read({ first: page(["a"], "1"), 1: throttled })).toMatchObject({
      ids: ["a"],
      codes: ["Throttled"],
      complete: false,
    });
  });

  it("sets items aside that are none, each with a problem", async () => {
    expect(await read({ first: page(["a", 7, null, "b"]) })).toMatchObject({
      ids: ["a", "b"],
      codes: ["BadAnswer", "BadAnswer"],
      complete: false,
    });
  });

  it("shows an item once that an unordered listing gives on two pages", async () => {
    expect(await read({ first: page(["a", "b"], "1"), 1: page(["b", "c"]) })).toMatchObject({
      ids: ["a", "b", "c"],
      complete: true,
    });
  });

  it("gives up on tokens without end", async () => {
    let pages = 0;
    const endless = async (): Promise<Page> => page([], String(++pages));
    const listing = await readPages(call, endless, parse, signal);
    expect(listing).toMatchObject({ complete: false, problems: [{ code: "BadAnswer" }] });
  });

  it("rejects with the reason when it is aborted, whatever was read", async () => {
    const abort = new AbortController();
    const fetch = async (): Promise<Page> => {
      abort.abort("enough");
      return page(["a"], "1");
    };
    await expect(readPages(call, fetch, parse, abort.signal)).rejects.toBe("enough");
  });
});
