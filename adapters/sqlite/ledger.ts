import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { interpreterId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import { keptClosedMs, type Ledger, type LedgerSession } from "../../core/ports/ledger.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import { type AccountText, billOfText, textOfBill } from "../../core/ports/ledger-text.ts";
import { openDatabase } from "./database.ts";
import { inTransaction } from "./transaction.ts";

export type SqliteLedger = Ledger & { readonly close: () => void };

/** Keeps the ledger in the state file, which several processes may share. */
export function sqliteLedger(file: string, accountText: AccountText): SqliteLedger {
  const database = openDatabase(file);
  const sql = statementsOf(database);
  const atomically = <T>(work: () => T): Promise<T> => inTransaction(database, file, work);

  const sessionOf = (row: Readonly<Record<string, SQLOutputValue>>): LedgerSession => ({
    revision: Number(row["revision"]),
    account: accountText.decode(String(row["account"])),
    bill: billOfText(String(row["bill"])),
  });

  return {
    marks: (target) =>
      atomically(() =>
        sql.marks.all(targetPart(target)).map((row) => ({
          interpreter: interpreterId(JSON.parse(String(row["interpreter"]))),
          readUntil: instant(Number(row["read_until"])),
          finalUntil: instant(Number(row["final_until"])),
        })),
      ),
    advance: (target, mark) =>
      atomically(() => {
        // As JSON, which writes half of a surrogate pair as an escape: SQLite would change it.
        sql.advance.run(targetPart(target), JSON.stringify(mark.interpreter), mark.readUntil, mark.finalUntil);
      }),
    sessions: (keys) =>
      atomically(() =>
        keys.map((key) => {
          const row = sql.session.get(targetPart(key), sessionPart(key));
          return row === undefined ? null : sessionOf(row);
        }),
      ),
    put: ({ revision, account, bill }) => {
      // Written down before the lock is taken: a long account keeps nobody else waiting.
      const texts = [accountText.encode(account), textOfBill(bill)] as const;
      const target = targetPart(bill);
      const session = sessionPart(bill);
      return atomically(() => {
        if (Number(sql.revision.get(target, session)?.["revision"] ?? 0) !== revision) return "stale";
        sql.put.run(target, session, revision + 1, ...texts, bill.final ? 1 : 0, bill.asOf);
        if (bill.final) sql.forget.run(target, bill.asOf - keptClosedMs);
        return "written";
      });
    },
    open: (target) => atomically(() => sql.open.all(targetPart(target)).map(sessionOf)),
    close: () => database.close(),
  };
}

function statementsOf(database: DatabaseSync) {
  return {
    marks: database.prepare("SELECT * FROM ledger_marks WHERE target = ? ORDER BY interpreter"),
    advance: database.prepare(
      `INSERT INTO ledger_marks (target, interpreter, read_until, final_until) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET read_until = max(read_until, excluded.read_until),
         final_until = max(final_until, excluded.final_until)`,
    ),
    session: database.prepare("SELECT revision, account, bill FROM ledger_sessions WHERE target = ? AND session = ?"),
    revision: database.prepare("SELECT revision FROM ledger_sessions WHERE target = ? AND session = ?"),
    put: database.prepare(
      `INSERT OR REPLACE INTO ledger_sessions (target, session, revision, account, bill, final, as_of)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    forget: database.prepare("DELETE FROM ledger_sessions WHERE target = ? AND final = 1 AND as_of < ?"),
    open: database.prepare(
      "SELECT revision, account, bill FROM ledger_sessions WHERE target = ? AND final = 0 ORDER BY session",
    ),
  } as const satisfies Readonly<Record<string, ReturnType<DatabaseSync["prepare"]>>>;
}
