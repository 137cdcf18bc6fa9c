import type { FileStore } from "./file-store.ts";

/** Keeps files as long as the process lives. */
export function memoryStore(): FileStore {
  const files = new Map<string, { readonly revision: string; readonly bytes: Uint8Array }>();
  let writes = 0;
  return {
    place: "memory",
    list: async function* (from, until) {
      yield* [...files.keys()].filter((path) => path > from && path < until).sort();
    },
    open: async (path) => {
      const file = files.get(path);
      if (file === undefined) return null;
      const { revision, bytes } = file;
      return {
        revision,
        byteLength: bytes.byteLength,
        slice: async (start, end) => bytes.slice(start, end).buffer as ArrayBuffer,
        close: async () => undefined,
      };
    },
    put: async (path, bytes, revision) => {
      if ((files.get(path)?.revision ?? null) !== revision) return "stale";
      files.set(path, { revision: String(++writes), bytes: Uint8Array.from(bytes) });
      return "written";
    },
  };
}
