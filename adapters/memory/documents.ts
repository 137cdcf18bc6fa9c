import type { Document, Documents } from "../../core/ports/documents.ts";

/** Remembers as long as the process lives. */
export function memoryDocuments(): Documents {
  const kept = new Map<string, Document>();
  return {
    read: async (name) => kept.get(name) ?? null,
    write: async (name, { revision, text }) => {
      if ((kept.get(name)?.revision ?? 0) !== revision) return "stale";
      kept.set(name, { revision: revision + 1, text });
      return "written";
    },
  };
}
