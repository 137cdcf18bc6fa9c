import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { HistoryError } from "./history-error.ts";
import { makeFolder } from "./make-folder.ts";

const busyAfterMs = 5000;
const attemptEveryMs = 10;
const lockFile = ".lock.sqlite";

// https://www.sqlite.org/rescode.html: SQLITE_BUSY and SQLITE_LOCKED; SQLITE_CORRUPT and SQLITE_NOTADB.
const busy = [5, 6];
const damaged = [11, 26];

/**
 * Runs `work` while no other process, and nobody else in this one, runs such work on the folder. An empty SQLite file is
 * the lock: its locks are the operating system's own, so they go with a process that is killed, as a file made by hand
 * would not. It is held for the time of a rename.
 */
export async function withFolderLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  makeFolder(folder);
  const lock = new DatabaseSync(path.join(folder, lockFile));
  try {
    lock.exec("PRAGMA busy_timeout = 0");
    await acquire(lock, folder);
    return await work();
  } finally {
    // Closing ends the transaction, and with it the lock.
    lock.close();
  }
}

async function acquire(lock: DatabaseSync, folder: string): Promise<void> {
  for (let waitedMs = 0; !tryLock(lock, folder); waitedMs += attemptEveryMs) {
    if (waitedMs >= busyAfterMs) {
      throw new HistoryError(
        "busy",
        `The history folder ${folder} has been locked by another process for ${busyAfterMs / 1000} seconds: end the other run, or name another folder.`,
      );
    }
    await setTimeout(attemptEveryMs);
  }
}

function tryLock(lock: DatabaseSync, folder: string): boolean {
  try {
    lock.exec("BEGIN EXCLUSIVE");
    return true;
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : null;
    if (code !== null && busy.includes(code)) return false;
    if (code === null || !damaged.includes(code)) throw error;
    // To delete it here could take the lock from under another process that holds it.
    throw new HistoryError(
      "corrupt",
      `${path.join(folder, lockFile)} is damaged: end all runs that use this history, and delete the file. It holds nothing; the next run makes it again.`,
      { cause: error },
    );
  }
}
