import { describe, expect, it } from "vitest";
import { fileCloseBook } from "../../adapters/history/close-book.ts";
import { memoryStore } from "../../adapters/history/memory-store.ts";
import { hours } from "../ledger-store/bills.ts";
import { dyingAt } from "./fixture.ts";

const november = { month: "2026-11", closedAt: hours(0), snapshot: '{"usd":"1.000000000001"}' };

describe("the book of closed months", () => {
  it("knows of no closed month at first", async () => {
    expect(await fileCloseBook(memoryStore()).closed("2026-11")).toBeNull();
  });

  it("keeps what a month was closed with, whatever is said later", async () => {
    const book = fileCloseBook(memoryStore());
    expect(await book.close(november)).toBe("closed");
    expect(await book.close({ ...november, closedAt: hours(1), snapshot: "{}" })).toBe("closed-before");
    expect(await book.closed("2026-11")).toEqual(november);
    expect(await book.closed("2026-12")).toBeNull();
  });

  it("lets one of many close a month", async () => {
    const store = memoryStore();
    const closes = [0, 1, 2, 3].map((count) => fileCloseBook(store).close({ ...november, closedAt: hours(count) }));
    expect((await Promise.all(closes)).filter((outcome) => outcome === "closed")).toHaveLength(1);
  });

  it.each(["before", "after"] as const)("is as it was or closed where it was killed %s its write", async (when) => {
    const store = memoryStore();
    await expect(fileCloseBook(dyingAt(store, 0, when)).close(november)).rejects.toThrow("killed");
    expect(await fileCloseBook(store).close(november)).toBe(when === "before" ? "closed" : "closed-before");
    expect(await fileCloseBook(store).closed("2026-11")).toEqual(november);
  });

  it.each(["2026-13", "2026-1", "../2026-11", ""])("takes no month that is written %j", async (month) => {
    await expect(fileCloseBook(memoryStore()).closed(month)).rejects.toThrow(/no month such as/);
  });

  it("says which file is none of its own", async () => {
    const store = memoryStore();
    await store.put("closed/month=2026-11.json.gz", new TextEncoder().encode("{}"), null);
    await expect(fileCloseBook(store).closed("2026-11")).rejects.toMatchObject({
      code: "corrupt",
      message: expect.stringContaining("closed/month=2026-11.json.gz"),
    });
  });
});
