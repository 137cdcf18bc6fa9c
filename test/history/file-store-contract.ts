import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FileStore } from "../../adapters/history/file-store.ts";
import { collect } from "./collect.ts";

export interface OpenedStore {
  readonly store: FileStore;
  /** A second process that shares the files; the same one where there is none. */
  readonly second: FileStore;
  readonly close: () => Promise<void> | void;
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const listed = (store: FileStore, from: string, until: string): Promise<readonly string[]> =>
  collect(store.list(from, until));

export async function textAt(store: FileStore, path: string): Promise<string | null> {
  const file = await store.open(path);
  if (file === null) return null;
  const text = new TextDecoder().decode(await file.slice(0));
  await file.close();
  return text;
}

/** What holds for every place of files. */
export function fileStoreContract(name: string, make: () => Promise<OpenedStore>): void {
  describe(`files in ${name}`, () => {
    let opened: OpenedStore;
    let store: FileStore;
    beforeEach(async () => {
      opened = await make();
      store = opened.store;
    });
    afterEach(async () => await opened.close());

    const put = async (path: string, text: string, of: FileStore = store): Promise<"written" | "stale"> => {
      const file = await of.open(path);
      const revision = file?.revision ?? null;
      await file?.close();
      return of.put(path, bytes(text), revision);
    };

    it("are none at first", async () => {
      expect(await store.open("a/b")).toBeNull();
      expect(await listed(store, "a", "b")).toEqual([]);
    });

    it("give back what was put, whole and in parts", async () => {
      expect(await store.put("a/b", bytes("0123456789"), null)).toBe("written");
      const file = await opened.second.open("a/b");
      const part = async (start: number, end?: number) => new TextDecoder().decode(await file?.slice(start, end));
      expect(file?.byteLength).toBe(10);
      expect([await part(0), await part(3, 5), await part(8), await part(4, 4)]).toEqual([
        "0123456789",
        "34",
        "89",
        "",
      ]);
      await file?.close();
    });

    it("hold nothing, where nothing was put into them", async () => {
      expect(await store.put("a/b", bytes(""), null)).toBe("written");
      expect(await textAt(store, "a/b")).toBe("");
    });

    it("are replaced only where they are what the writer read", async () => {
      expect(await store.put("a/b", bytes("one"), null)).toBe("written");
      expect(await store.put("a/b", bytes("two"), null)).toBe("stale");
      expect(await store.put("a/b", bytes("two"), "unheard of")).toBe("stale");
      expect(await store.put("a/c", bytes("two"), "unheard of")).toBe("stale");
      expect([await textAt(store, "a/b"), await textAt(store, "a/c")]).toEqual(["one", null]);
      const [file, other] = [await store.open("a/b"), await opened.second.open("a/b")];
      expect(await store.put("a/b", bytes("two"), file?.revision ?? null)).toBe("written");
      expect(await opened.second.put("a/b", bytes("three"), other?.revision ?? null)).toBe("stale");
      expect(await textAt(store, "a/b")).toBe("two");
      await file?.close();
      await other?.close();
    });

    it("have another revision after each replacement, be it with the same length", async () => {
      const revisions = new Set<string>();
      for (const text of ["one", "two", "six"]) {
        expect(await put("a/b", text)).toBe("written");
        const file = await store.open("a/b");
        revisions.add(file?.revision ?? "");
        await file?.close();
      }
      expect(revisions.size).toBe(3);
    });

    it("let one of many writers at once win", async () => {
      await put("a/b", "start");
      const file = await store.open("a/b");
      const outcomes = await Promise.all(
        Array.from({ length: 6 }, (_, index) =>
          (index % 2 === 0 ? store : opened.second).put("a/b", bytes(`writer ${index}`), file?.revision ?? null),
        ),
      );
      await file?.close();
      expect(outcomes.filter((outcome) => outcome === "written")).toHaveLength(1);
      expect(await textAt(store, "a/b")).toBe(`writer ${outcomes.indexOf("written")}`);
    });

    it("are listed between two paths, in order, from folders of any depth", async () => {
      const paths = ["h/day=1/x", "h/day=2/a/y", "h/day=2/a-b/y", "h/day=2/z", "h/day=3/x", "other/x"];
      for (const path of paths) await put(path, "text");
      expect(await listed(store, "h/day=2", "h/day=3")).toEqual(["h/day=2/a-b/y", "h/day=2/a/y", "h/day=2/z"]);
      expect(await listed(store, "h/day=1", "h/day=9")).toEqual([
        "h/day=1/x",
        "h/day=2/a-b/y",
        "h/day=2/a/y",
        "h/day=2/z",
        "h/day=3/x",
      ]);
      expect(await listed(store, "h/day=4", "h/day=9")).toEqual([]);
      expect(await listed(store, "x", "z")).toEqual([]);
    });
  });
}
