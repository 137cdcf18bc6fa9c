import type { SQLOutputValue } from "node:sqlite";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import { stopOfText, textOfStop } from "../../core/ports/stop-text.ts";
import { keptStopMs, type StopRecord, type StopRecords } from "../../core/ports/stops.ts";
import { openDatabase } from "./database.ts";
import { openToRead, type StateAccess } from "./open-to-read.ts";
import { inTransaction } from "./transaction.ts";

export type SqliteStopRecords = StopRecords & { readonly close: () => void };

/** Keeps the records of stops in the state file, which several processes may share. */
export function sqliteStopRecords(file: string, access: StateAccess = "write"): SqliteStopRecords {
  const database = access === "read" ? openToRead(file) : openDatabase(file);
  const order = "ORDER BY intended_at, id";
  const revision = database.prepare("SELECT revision FROM stops WHERE id = ?");
  const put = database.prepare(
    `INSERT INTO stops (id, target, session, revision, state, intended_at, record) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET revision = excluded.revision, state = excluded.state, record = excluded.record`,
  );
  const forget = database.prepare("DELETE FROM stops WHERE target = ? AND intended_at < ?");
  const intended = database.prepare(`SELECT record FROM stops WHERE target = ? AND state = 'intended' ${order}`);
  const between = database.prepare(
    `SELECT record FROM stops WHERE target = ? AND intended_at >= ? AND intended_at < ? ${order}`,
  );
  const ofSession = database.prepare(`SELECT record FROM stops WHERE target = ? AND session = ? ${order}`);
  const targets = database.prepare("SELECT record, MIN(intended_at) FROM stops GROUP BY target ORDER BY target");
  const atomically = <T>(work: () => T): Promise<T> => inTransaction(database, file, work);
  return {
    put: (record) => {
      // As JSON, which writes half of a surrogate pair as an escape: SQLite would change it.
      const id = JSON.stringify(record.id);
      const target = targetPart(record.key);
      const next = { ...record, revision: record.revision + 1 };
      return atomically(() => {
        if (Number(revision.get(id)?.["revision"] ?? 0) !== record.revision) return "stale";
        const { state, intendedAt } = next;
        put.run(id, target, sessionPart(next.key), next.revision, state, intendedAt, textOfStop(next));
        forget.run(target, intendedAt - keptStopMs);
        return "written";
      });
    },
    intended: (target) => atomically(() => intended.all(targetPart(target)).map(recordOf)),
    between: (target, from, until) => atomically(() => between.all(targetPart(target), from, until).map(recordOf)),
    ofSession: (key) => atomically(() => ofSession.all(targetPart(key), sessionPart(key)).map(recordOf)),
    targets: () =>
      atomically(() =>
        targets.all().map((row) => {
          const { account, region } = recordOf(row).key;
          return { account, region };
        }),
      ),
    close: () => database.close(),
  };
}

const recordOf = (row: Readonly<Record<string, SQLOutputValue>>): StopRecord => stopOfText(String(row["record"]));
