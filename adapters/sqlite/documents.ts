import type { Documents } from "../../core/ports/documents.ts";
import { openDatabase } from "./database.ts";
import { openToRead, type StateAccess } from "./open-to-read.ts";
import { inTransaction } from "./transaction.ts";

export type SqliteDocuments = Documents & { readonly close: () => void };

/** Keeps texts by name in the state file, which several processes may share. */
export function sqliteDocuments(file: string, access: StateAccess = "write"): SqliteDocuments {
  const database = access === "read" ? openToRead(file) : openDatabase(file);
  const read = database.prepare("SELECT revision, text FROM documents WHERE name = ?");
  const put = database.prepare("INSERT OR REPLACE INTO documents (name, revision, text) VALUES (?, ?, ?)");
  return {
    read: (name) =>
      inTransaction(database, file, () => {
        const row = read.get(name);
        return row === undefined ? null : { revision: Number(row["revision"]), text: String(row["text"]) };
      }),
    write: (name, { revision, text }) =>
      inTransaction(database, file, () => {
        if (Number(read.get(name)?.["revision"] ?? 0) !== revision) return "stale";
        put.run(name, revision + 1, text);
        return "written";
      }),
    close: () => database.close(),
  };
}
