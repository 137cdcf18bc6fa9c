import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { instant } from "../../core/kernel/instant.ts";
import { lastRecordAtOf } from "../../core/ledger/last-record.ts";
import { keptClosedMs, type Ledger, type LedgerSession, type ListedSession } from "../../core/ports/ledger.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import {
  type AccountText,
  billOfText,
  ledgerStateOf,
  restatementOfText,
  textOfBill,
  textOfRestatement,
} from "../../core/ports/ledger-text.ts";
import { openDatabase } from "./database.ts";
import { openToRead, type StateAccess } from "./open-to-read.ts";
import { sharedTransaction } from "./shared-transaction.ts";
import { inTransaction } from "./transaction.ts";

export type SqliteLedger = Ledger & { readonly close: () => void };

/** Keeps the ledger in the state file, which several processes may share. */
export function sqliteLedger(file: string, accountText: AccountText, access: StateAccess = "write"): SqliteLedger {
  const database = access === "read" ? openToRead(file) : openDatabase(file);
  const sql = statementsOf(database);
  const together = sharedTransaction(database, file);
  const atomically = <T>(work: () => T): Promise<T> => inTransaction(database, file, work);

  const sessionOf = (row: Row): LedgerSession => ({
    ...withoutAccount(row),
    account: accountText.decode(String(row["account"])),
  });

  return {
    marks: (target) =>
      atomically(() =>
        sql.marks.all(targetPart(target)).map((row) => ({
          source: String(JSON.parse(String(row["source"]))),
          readUntil: instant(Number(row["read_until"])),
          finalUntil: instant(Number(row["final_until"])),
          checkedUntil: instant(Number(row["checked_until"])),
        })),
      ),
    advance: (target, mark) =>
      atomically(() => {
        // As JSON, which writes half of a surrogate pair as an escape: SQLite would change it.
        const { source, readUntil, finalUntil, checkedUntil } = mark;
        sql.advance.run(targetPart(target), JSON.stringify(source), readUntil, finalUntil, checkedUntil);
      }),
    sessions: (keys) =>
      atomically(() =>
        keys.map((key) => {
          const row = sql.session.get(targetPart(key), sessionPart(key));
          return row === undefined ? null : sessionOf(row);
        }),
      ),
    put: ({ revision, state, account, bill, timeoutAt, restatement }) => {
      // Written down before the lock is taken: a long account keeps nobody else waiting.
      const texts = [accountText.encode(account), textOfBill(bill)] as const;
      const lastRecordAt = lastRecordAtOf(account);
      const change = restatement === null ? null : textOfRestatement(restatement);
      const target = targetPart(bill);
      const session = sessionPart(bill);
      return together(() => {
        if (Number(sql.revision.get(target, session)?.["revision"] ?? 0) !== revision) return "stale";
        sql.put.run(target, session, revision + 1, state, ...texts, timeoutAt, change, bill.asOf, lastRecordAt);
        if (state === "closed") sql.forget.run(target, bill.asOf - keptClosedMs);
        return "written";
      });
    },
    open: (target) => atomically(() => sql.open.all(targetPart(target)).map(listedOf)),
    closed: async function* (target) {
      // Page by page: there may be hundreds of thousands of them, and nobody else should wait for all.
      for (let after: string | null = ""; after !== null; ) {
        const from: string = after;
        const rows: Row[] = await atomically(() => sql.closed.all(targetPart(target), from, closedAtOnce));
        for (const row of rows) yield billOfText(String(row["bill"]));
        after = rows.length < closedAtOnce ? null : String(rows.at(-1)?.["session"]);
      }
    },
    close: () => database.close(),
  };
}

const closedAtOnce = 1000;

type Row = Readonly<Record<string, SQLOutputValue>>;

const withoutAccount = (row: Row): Omit<LedgerSession, "account"> => ({
  revision: Number(row["revision"]),
  state: ledgerStateOf(String(row["state"])),
  bill: billOfText(String(row["bill"])),
  timeoutAt: row["timeout_at"] === null ? null : instant(Number(row["timeout_at"])),
  restatement: row["restatement"] === null ? null : restatementOfText(String(row["restatement"])),
});

const listedOf = (row: Row): ListedSession => ({
  ...withoutAccount(row),
  lastRecordAt: row["last_record_at"] === null ? null : instant(Number(row["last_record_at"])),
});

function statementsOf(database: DatabaseSync) {
  return {
    marks: database.prepare("SELECT * FROM ledger_marks WHERE target = ? ORDER BY source"),
    advance: database.prepare(
      `INSERT INTO ledger_marks (target, source, read_until, final_until, checked_until) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET read_until = max(read_until, excluded.read_until),
         final_until = max(final_until, excluded.final_until), checked_until = max(checked_until, excluded.checked_until)`,
    ),
    session: database.prepare("SELECT * FROM ledger_sessions WHERE target = ? AND session = ?"),
    revision: database.prepare("SELECT revision FROM ledger_sessions WHERE target = ? AND session = ?"),
    put: database.prepare(
      `INSERT INTO ledger_sessions (target, session, revision, state, account, bill, timeout_at, restatement, as_of, last_record_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET revision = excluded.revision, state = excluded.state, account = excluded.account,
         bill = excluded.bill, timeout_at = excluded.timeout_at, restatement = excluded.restatement, as_of = excluded.as_of,
         last_record_at = excluded.last_record_at`,
    ),
    forget: database.prepare("DELETE FROM ledger_sessions WHERE target = ? AND state = 'closed' AND as_of < ?"),
    open: database.prepare(
      `SELECT revision, state, bill, timeout_at, restatement, last_record_at FROM ledger_sessions
       WHERE target = ? AND state <> 'closed' ORDER BY session`,
    ),
    closed: database.prepare(
      `SELECT session, bill FROM ledger_sessions
       WHERE target = ? AND session > ? AND state = 'closed' ORDER BY session LIMIT ?`,
    ),
  } as const satisfies Readonly<Record<string, ReturnType<DatabaseSync["prepare"]>>>;
}
