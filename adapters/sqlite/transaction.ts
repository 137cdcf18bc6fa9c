import type { DatabaseSync } from "node:sqlite";
import { setTimeout } from "node:timers/promises";
import { RegistryError } from "../../core/ports/registry-error.ts";
import { busyAfterMs, registryError } from "./database.ts";
import { isReadOnly } from "./open-to-read.ts";

const attemptEveryMs = 25;

/**
 * One transaction. Of who writes it holds the lock from its start, so that what it read is still true when it writes. Where
 * another process holds it, this one waits without blocking its own thread, so that Ctrl-C is heard. Throws `RegistryError`.
 */
export async function inTransaction<T>(database: DatabaseSync, file: string, work: () => T): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += attemptEveryMs) {
    try {
      return once(database, work);
    } catch (error) {
      const known = registryError(error, file);
      if (!(known instanceof RegistryError && known.code === "busy") || waitedMs >= busyAfterMs) throw known;
    }
    await setTimeout(attemptEveryMs);
  }
}

function once<T>(database: DatabaseSync, work: () => T): T {
  try {
    database.exec(isReadOnly(database) ? "BEGIN" : "BEGIN IMMEDIATE");
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isOpen && database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}
