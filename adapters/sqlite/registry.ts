import type { DatabaseSync } from "node:sqlite";
import type { Target } from "../../core/inventory/target.ts";
import { accountId, region as regionOf } from "../../core/kernel/ids.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import { keptGoneMs, type Registry } from "../../core/ports/registry.ts";
import { stateOfText, textOfDetail, textOfState } from "../../core/ports/registry-text.ts";
import { openDatabase } from "./database.ts";
import { openToRead, type StateAccess } from "./open-to-read.ts";
import { eventOf, sessionOf, sessionValues } from "./rows.ts";
import { inTransaction } from "./transaction.ts";

export type SqliteRegistry = Registry &
  Outbox & {
    /** Every target that a pass was ever committed for. */
    readonly targets: () => Promise<readonly Target[]>;
    readonly close: () => void;
  };

/** Remembers in one SQLite file, which several processes may share. */
export function sqliteRegistry(file: string, access: StateAccess = "write"): SqliteRegistry {
  const database = access === "read" ? openToRead(file) : openDatabase(file);
  const sql = statementsOf(database);

  const atomically = <T>(work: () => T): Promise<T> => inTransaction(database, file, work);

  return {
    targets: () =>
      atomically(() =>
        sql.targets
          .all()
          .map((row) => ({ account: accountId(String(row["account"])), region: regionOf(String(row["region"])) })),
      ),
    load: (target) =>
      atomically(() => {
        const { account, region } = target;
        const row = sql.target.get(account, region);
        const state = row === undefined ? { alerts: [], health: null } : stateOfText(String(row["state"]));
        return {
          revision: Number(row?.["revision"] ?? 0),
          openSessions: sql.open.all(account, region).map(sessionOf),
          alerts: state.alerts,
          health: state.health,
          unsentEvents: sql.unsent.all(account, region).map(eventOf),
        };
      }),
    commit: ({ account, region }, revision, change) =>
      atomically(() => {
        const current = Number(sql.target.get(account, region)?.["revision"] ?? 0);
        if (current !== revision) return "stale";
        const { alerts, health } = change;
        sql.putTarget.run(account, region, revision + 1, textOfState({ alerts, health }));
        for (const record of change.sessions) sql.putSession.run(account, region, ...sessionValues(record));
        sql.forget.run(account, region, change.at - keptGoneMs);
        for (const event of change.newEvents) {
          sql.putEvent.run(account, region, event.id, event.at, event.detailType, textOfDetail(event.detail));
        }
        return "committed";
      }),
    addGone: ({ account, region }, sessions) =>
      atomically(() => {
        for (const record of sessions) sql.addSession.run(account, region, ...sessionValues(record));
      }),
    goneSince: ({ account, region }, since) => atomically(() => sql.gone.all(account, region, since).map(sessionOf)),
    take: ({ account, region }, now, until) =>
      atomically(() => {
        const rows = sql.free.all(account, region, now);
        for (const row of rows) sql.claim.run(until, account, region, String(row["id"]));
        return rows.map(eventOf);
      }),
    settle: ({ account, region }, sentIds, unsentIds) =>
      atomically(() => {
        for (const id of sentIds) sql.dropEvent.run(account, region, id);
        for (const id of unsentIds) sql.claim.run(null, account, region, id);
      }),
    close: () => database.close(),
  };
}

const intoSessions = `INTO sessions (account, region, interpreter, session, name, created_at, timeout_seconds,
    first_seen_at, last_seen_at, gone_at, low_usd, high_usd, cost_as_of)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

function statementsOf(database: DatabaseSync) {
  return {
    targets: database.prepare("SELECT account, region FROM targets ORDER BY account, region"),
    target: database.prepare("SELECT revision, state FROM targets WHERE account = ? AND region = ?"),
    putTarget: database.prepare(
      "INSERT OR REPLACE INTO targets (account, region, revision, state) VALUES (?, ?, ?, ?)",
    ),
    open: database.prepare(
      "SELECT * FROM sessions WHERE account = ? AND region = ? AND gone_at IS NULL ORDER BY interpreter, session",
    ),
    gone: database.prepare(
      "SELECT * FROM sessions WHERE account = ? AND region = ? AND gone_at IS NOT NULL AND gone_at >= ? ORDER BY gone_at DESC, interpreter, session",
    ),
    putSession: database.prepare(`INSERT OR REPLACE ${intoSessions}`),
    addSession: database.prepare(`INSERT OR IGNORE ${intoSessions}`),
    forget: database.prepare(
      "DELETE FROM sessions WHERE account = ? AND region = ? AND gone_at IS NOT NULL AND gone_at < ?",
    ),
    unsent: database.prepare("SELECT * FROM outbox WHERE account = ? AND region = ? ORDER BY sequence"),
    free: database.prepare(
      "SELECT * FROM outbox WHERE account = ? AND region = ? AND (claimed_until IS NULL OR claimed_until <= ?) ORDER BY sequence",
    ),
    putEvent: database.prepare(
      "INSERT OR IGNORE INTO outbox (account, region, id, at, detail_type, detail) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    claim: database.prepare("UPDATE outbox SET claimed_until = ? WHERE account = ? AND region = ? AND id = ?"),
    dropEvent: database.prepare("DELETE FROM outbox WHERE account = ? AND region = ? AND id = ?"),
  } as const satisfies Readonly<Record<string, ReturnType<DatabaseSync["prepare"]>>>;
}
