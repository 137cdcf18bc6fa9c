import type { SQLOutputValue } from "node:sqlite";
import type { Target } from "../../core/inventory/target.ts";
import { instant } from "../../core/kernel/instant.ts";
import { sessionPart, targetOfPart, targetPart } from "../../core/ports/ledger-key.ts";
import { textOfStop } from "../../core/ports/stop-text.ts";
import { keptStopMs, type StopRecord, type StopRecords } from "../../core/ports/stops.ts";
import { storedStopOf } from "../../core/ports/stored-stop.ts";
import { openDatabase } from "./database.ts";
import { openToRead, type StateAccess } from "./open-to-read.ts";
import { inTransaction } from "./transaction.ts";

export type SqliteStopRecords = StopRecords & { readonly close: () => void };

/** Keeps the records of stops in the state file, which several processes may share. */
export function sqliteStopRecords(file: string, access: StateAccess = "write"): SqliteStopRecords {
  const database = access === "read" ? openToRead(file) : openDatabase(file);
  const columns = "id, revision, state, intended_at, record";
  const order = "ORDER BY intended_at, id";
  const revision = database.prepare("SELECT revision FROM stops WHERE id = ?");
  const put = database.prepare(
    `INSERT INTO stops (id, target, session, revision, state, intended_at, record) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET revision = excluded.revision, state = excluded.state, record = excluded.record`,
  );
  // By the second newest at most: one stop of a clock that is far ahead makes no others old.
  const forget = database.prepare(
    `DELETE FROM stops WHERE target = $target AND intended_at < -$keptMs + min($intendedAt, (
       SELECT intended_at FROM stops WHERE target = $target ORDER BY intended_at DESC LIMIT 1 OFFSET 1))`,
  );
  const intended = database.prepare(`SELECT ${columns} FROM stops WHERE target = ? AND state = 'intended' ${order}`);
  const between = database.prepare(
    `SELECT ${columns} FROM stops WHERE target = ? AND intended_at >= ? AND intended_at < ? ${order}`,
  );
  const ofSession = database.prepare(`SELECT ${columns} FROM stops WHERE target = ? AND session = ? ${order}`);
  const targets = database.prepare("SELECT DISTINCT target FROM stops ORDER BY target");
  const atomically = <T>(work: () => T): Promise<T> => inTransaction(database, file, work);
  return {
    put: (record) => {
      // As JSON, which writes half of a surrogate pair as an escape: SQLite would change it.
      const id = JSON.stringify(record.id);
      const target = targetPart(record.key);
      const next = { ...record, revision: record.revision + 1 };
      return atomically(() => {
        const text = textOfStop(next);
        if (Number(revision.get(id)?.["revision"] ?? 0) !== record.revision) return "stale";
        const { state, intendedAt } = next;
        put.run(id, target, sessionPart(next.key), next.revision, state, intendedAt, text);
        forget.run({ $target: target, $intendedAt: intendedAt, $keptMs: keptStopMs });
        return "written";
      });
    },
    intended: (target) => atomically(() => intended.all(targetPart(target)).map(recordOf(target))),
    between: (target, from, until) =>
      atomically(() => between.all(targetPart(target), from, until).map(recordOf(target))),
    ofSession: (key) => atomically(() => ofSession.all(targetPart(key), sessionPart(key)).map(recordOf(key))),
    targets: () => atomically(() => targets.all().map((row) => targetOfPart(String(row["target"])))),
    close: () => database.close(),
  };
}

const recordOf =
  ({ account, region }: Target) =>
  (row: Readonly<Record<string, SQLOutputValue>>): StopRecord =>
    storedStopOf(String(row["record"]), {
      target: { account, region },
      id: idOf(String(row["id"])),
      revision: Number(row["revision"]),
      state: String(row["state"]),
      intendedAt: instant(Number(row["intended_at"])),
    });

/** As it was put; of a row that somebody edited, as it stands there. */
function idOf(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
