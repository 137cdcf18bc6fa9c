import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { busyAfterMs, openDatabase, registryError, versionOf } from "./database.ts";

/** Whether a store of the state file is opened to write, too, or by who only reads. */
export type StateAccess = "write" | "read";

const readOnly = new WeakSet<DatabaseSync>();

/** Whether it was opened to be read: then it takes no lock that keeps writers out. */
export const isReadOnly = (database: DatabaseSync): boolean => readOnly.has(database);

/**
 * Opens the state file to be read: it may be a copy on a medium, or another user's, that cannot be written. One from before the
 * tables of now is brought up to date, as by who writes. Throws `RegistryError` that says what to do.
 */
export function openToRead(file: string): DatabaseSync {
  if (file === ":memory:") return openDatabase(file);
  try {
    const database = opened(file);
    if (database === null) return openDatabase(file);
    readOnly.add(database);
    return database;
  } catch (error) {
    throw registryError(error, file);
  }
}

/** Null where the tables are older. */
function opened(file: string): DatabaseSync | null {
  try {
    return checked(new DatabaseSync(file, { readOnly: true, timeout: busyAfterMs }), file);
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : null;
    // A file with a log needs another file beside it, also to be read. Where none can be made, and nobody has left a log,
    // the file is all there is; with a log it would be less than that.
    if (code === null || !cannotPrepare.includes(code) || existsSync(`${file}-wal`)) throw error;
    const still = pathToFileURL(file);
    still.searchParams.set("immutable", "1");
    return checked(new DatabaseSync(still, { readOnly: true }), file);
  }
}

// https://www.sqlite.org/rescode.html: SQLITE_READONLY and SQLITE_CANTOPEN.
const cannotPrepare = [8, 14];

function checked(database: DatabaseSync, file: string): DatabaseSync | null {
  try {
    const isCurrent = versionOf(database, file) === "current";
    // From here on, whoever waits for the lock waits outside of SQLite.
    database.exec("PRAGMA busy_timeout = 0");
    if (isCurrent) return database;
    database.close();
    return null;
  } catch (error) {
    database.close();
    throw error;
  }
}
