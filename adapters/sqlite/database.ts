import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { makeFolder } from "./make-folder.ts";

/** Raised with each change of the tables; `migrations` then gets one more step. */
const schemaVersion = 4;

// "SMTR": marks the file as ours, so that another program's database is not written into.
const applicationId = 0x534d5452;

const migrations: readonly string[] = [
  `CREATE TABLE targets (
     account TEXT NOT NULL, region TEXT NOT NULL,
     revision INTEGER NOT NULL, state TEXT NOT NULL,
     PRIMARY KEY (account, region)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE sessions (
     account TEXT NOT NULL, region TEXT NOT NULL, interpreter TEXT NOT NULL, session TEXT NOT NULL,
     name TEXT, created_at INTEGER NOT NULL, timeout_seconds INTEGER,
     first_seen_at INTEGER NOT NULL, last_seen_at INTEGER NOT NULL, gone_at INTEGER,
     low_usd TEXT, high_usd TEXT, cost_as_of INTEGER NOT NULL,
     PRIMARY KEY (account, region, interpreter, session)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX open_sessions ON sessions (account, region) WHERE gone_at IS NULL;
   CREATE INDEX gone_sessions ON sessions (account, region, gone_at) WHERE gone_at IS NOT NULL;
   CREATE TABLE outbox (
     sequence INTEGER PRIMARY KEY AUTOINCREMENT,
     account TEXT NOT NULL, region TEXT NOT NULL, id TEXT NOT NULL,
     at INTEGER NOT NULL, detail_type TEXT NOT NULL, detail TEXT NOT NULL, claimed_until INTEGER,
     UNIQUE (account, region, id)
   ) STRICT;`,
  `CREATE TABLE ledger_marks (
     target TEXT NOT NULL, interpreter TEXT NOT NULL, read_until INTEGER NOT NULL, final_until INTEGER NOT NULL,
     PRIMARY KEY (target, interpreter)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE ledger_sessions (
     target TEXT NOT NULL, session TEXT NOT NULL, revision INTEGER NOT NULL,
     account TEXT NOT NULL, bill TEXT NOT NULL, final INTEGER NOT NULL, as_of INTEGER NOT NULL,
     PRIMARY KEY (target, session)
   ) STRICT;
   CREATE INDEX open_ledger_sessions ON ledger_sessions (target, session) WHERE final = 0;
   CREATE INDEX closed_ledger_sessions ON ledger_sessions (target, as_of) WHERE final = 1;
   CREATE TABLE documents (
     name TEXT NOT NULL PRIMARY KEY, revision INTEGER NOT NULL, text TEXT NOT NULL
   ) STRICT, WITHOUT ROWID;`,
  // No job of version 2 wrote these two: there is nothing to carry over.
  `DROP TABLE ledger_marks;
   DROP TABLE ledger_sessions;
   CREATE TABLE ledger_marks (
     target TEXT NOT NULL, source TEXT NOT NULL,
     read_until INTEGER NOT NULL, final_until INTEGER NOT NULL, checked_until INTEGER NOT NULL,
     PRIMARY KEY (target, source)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE ledger_sessions (
     target TEXT NOT NULL, session TEXT NOT NULL, revision INTEGER NOT NULL, state TEXT NOT NULL,
     account TEXT NOT NULL, bill TEXT NOT NULL, timeout_at INTEGER, restatement TEXT, as_of INTEGER NOT NULL,
     last_record_at INTEGER,
     PRIMARY KEY (target, session)
   ) STRICT;
   CREATE INDEX open_ledger_sessions ON ledger_sessions (target, session) WHERE state <> 'closed';
   CREATE INDEX closed_ledger_sessions ON ledger_sessions (target, as_of) WHERE state = 'closed';`,
  `CREATE TABLE stops (
     id TEXT NOT NULL PRIMARY KEY, target TEXT NOT NULL, session TEXT NOT NULL, revision INTEGER NOT NULL,
     state TEXT NOT NULL, intended_at INTEGER NOT NULL, record TEXT NOT NULL
   ) STRICT;
   CREATE INDEX stops_by_time ON stops (target, intended_at);
   CREATE INDEX stops_of_session ON stops (target, session);
   CREATE INDEX intended_stops ON stops (target) WHERE state = 'intended';`,
];

/** How long another process may hold the file before that is a failure. */
export const busyAfterMs = 5000;

/** Opens the state file, made with its folder where it is missing. Throws `RegistryError` that says what to do. */
export function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ":memory:") makeFolder(path.dirname(file));
    const database = new DatabaseSync(file, { timeout: busyAfterMs });
    try {
      prepare(database, file);
      // From here on, whoever waits for the lock waits outside of SQLite.
      database.exec("PRAGMA busy_timeout = 0");
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw registryError(error, file);
  }
}

function prepare(database: DatabaseSync, file: string): void {
  // A writer does not keep readers out, and a process that is killed leaves a log that the next one replays.
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON;");
  database.exec("BEGIN IMMEDIATE");
  try {
    const version = versionOf(database, file);
    if (version !== "current") for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${schemaVersion};`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

/** The version of the tables, where it is an older one. Throws `RegistryError` where they are not ours, or of a newer version. */
export function versionOf(database: DatabaseSync, file: string): "current" | number {
  const pragma = (name: string): unknown => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  const version = Number(pragma("user_version"));
  const owner = Number(pragma("application_id"));
  const tables = Number(database.prepare("SELECT count(*) AS n FROM sqlite_schema").get()?.["n"]);
  if (owner !== applicationId && tables > 0) {
    throw new RegistryError(
      "corrupt",
      `${file} is a database of another program: name another file with --state, and Sandmeter makes it.`,
    );
  }
  if (version > schemaVersion) {
    throw new RegistryError(
      "newer-version",
      `${file} was written by a newer Sandmeter (its tables have version ${version}, this one knows ${schemaVersion}): update Sandmeter, or name another file with --state.`,
    );
  }
  return version === schemaVersion ? "current" : version;
}

// Primary result codes, https://www.sqlite.org/rescode.html.
const busy = [5, 6, 15];
const damaged = [11, 26];
/** Faults of a statement: SQLITE_ERROR, INTERNAL, CONSTRAINT, MISMATCH, MISUSE, RANGE. Any other is about the file and its disk. */
const ofProgram = [1, 2, 19, 20, 21, 25];

const lostText =
  "What is lost with it is the memory of earlier passes and of costs that are not closed yet, and of clean-up protections by hand, the switch (where it is kept here: a new state is disarmed), plans, and the records of what was stopped in the last 400 days; nothing in AWS and no history. Protect anew what has to live before you arm again.";

/** Turns what SQLite throws into the error of the registry; anything else comes back as it was. */
export function registryError(error: unknown, file: string): unknown {
  if (error instanceof RegistryError) return error;
  if (!(error instanceof Error)) return error;
  const code = "errcode" in error && typeof error.errcode === "number" ? error.errcode & 0xff : null;
  if (code !== null && busy.includes(code)) {
    return new RegistryError(
      "busy",
      `${file} has been locked by another process for ${busyAfterMs / 1000} seconds: end the other run, or name another file with --state.`,
      { cause: error },
    );
  }
  if (error instanceof SyntaxError) {
    return new RegistryError(
      "corrupt",
      `${file} has an entry that cannot be read (${error.message}), as somebody edited it or another version wrote it: update Sandmeter, mend the entry, or restore a copy of the file. The file itself is sound: all else in it is still there.`,
      { cause: error },
    );
  }
  if (code !== null && damaged.includes(code)) {
    return new RegistryError(
      "corrupt",
      `${file} is damaged (${error.message}): restore a copy of it, or move it away, and Sandmeter starts a new one. ${lostText}`,
      { cause: error },
    );
  }
  if ("syscall" in error || (code !== null && !ofProgram.includes(code))) {
    if (isFolder(file)) {
      const message = `${file} is a folder: name a file in it with --state, such as ${path.join(file, "state.sqlite")}.`;
      return new RegistryError("denied", message, { cause: error });
    }
    return new RegistryError(
      "denied",
      `${file} cannot be written (${error.message}): make its folder writable with space left, or name another file with --state.`,
      { cause: error },
    );
  }
  return error;
}

const isFolder = (file: string): boolean => existsSync(file) && statSync(file).isDirectory();
