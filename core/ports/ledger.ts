import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Restatement, SessionBill } from "../ledger/charge.ts";
import type { SessionAccount } from "../ledger/session-account.ts";
import type { HistoryColumn, HistoryColumns, SupersededColumns } from "./history-row.ts";

/**
 * How far the records of one place have been read: once soon, for a figure to see; once for good, when no record comes late
 * any more; and once a day later, when they are only counted, to find what came later still.
 */
export interface ReadMark {
  /** The `locationKey` of the place. */
  readonly source: string;
  /** In terms of the location's windows. */
  readonly readUntil: Instant;
  /** All records stamped before it are in the ledger. */
  readonly finalUntil: Instant;
  /** The same, counted again. Not used where windows are of delivery: there what is late shows by itself. */
  readonly checkedUntil: Instant;
}

/**
 * `open`: its bill is provisional. `closing`: its bill is final and history may not have it yet. `closed`: history has it.
 * `reopened`: it was closed, and records came since.
 */
export type LedgerState = "open" | "closing" | "closed" | "reopened";

/** What is kept of one session while it can change. `revision` 0 was never written. */
export interface LedgerSession {
  readonly revision: number;
  readonly state: LedgerState;
  readonly account: SessionAccount;
  readonly bill: SessionBill;
  /** When the session's time limit ends it at the latest; null where it is not known. */
  readonly timeoutAt: Instant | null;
  /** What history gets together with the bill of a `closing` session; null for a bill that was not closed before. */
  readonly restatement: Restatement | null;
}

/** A session as it is listed: without its account, which may hold hours of records. */
export interface ListedSession extends Omit<LedgerSession, "account"> {
  /** Stamp of its last record; null where it has none. */
  readonly lastRecordAt: Instant | null;
}

/**
 * The cost ledger. One contract suite holds for every adapter; each write is one conditional write of one item, so that a
 * crash between two of them leaves a state from which the rerun gives the same figures.
 */
export interface Ledger {
  readonly marks: (target: Target) => Promise<readonly ReadMark[]>;
  /** Never moves a mark back. */
  readonly advance: (target: Target, mark: ReadMark) => Promise<void>;
  readonly sessions: (keys: readonly SessionKey[]) => Promise<readonly (LedgerSession | null)[]>;
  /**
   * `revision` is the one that was read; the stored one is then one higher. Answers `stale`, and writes nothing, where
   * the stored revision is another one.
   */
  readonly put: (session: LedgerSession) => Promise<"written" | "stale">;
  /** Sessions that are not `closed`, by interpreter, then session. Closed ones are kept for `keptClosedMs` after their `asOf`. */
  readonly open: (target: Target) => Promise<readonly ListedSession[]>;
  /** Bills of all `closed` sessions that are kept, in any order: to find what history has lost. It reads much. */
  readonly closed: (target: Target) => AsyncIterable<SessionBill>;
}

/** How long adapters keep a session whose bill is closed, so that late records find it. */
export const keptClosedMs = 90 * 24 * 3_600_000;

/** The one file of history of a target and a day, or one beside it, which is not read. */
export interface HistoryFile {
  /** Midnight of UTC. */
  readonly day: Instant;
  readonly state: "there" | "missing" | "damaged" | "foreign";
  /** What is wrong with a damaged or a foreign one, where it is, and what to do. */
  readonly message: string | null;
}

/**
 * Closed bills for good: one file per day, account and Region. Writing a bill twice leaves one copy; the highest version
 * counts, and rows that it replaces go to an audit file first.
 *
 * A file is replaced as a whole or not at all. A bill that crosses midnight is in two of them: where a writer is killed in
 * between, `bills` leaves that bill out until the writer has written it again.
 */
export interface History {
  /**
   * Answers the bills that history has instead of given ones, with other figures and the same version or a higher one: they
   * stay, for a version is written once. Whoever lost what was remembered of a session comes to it again from version 1.
   */
  readonly write: (bills: readonly SessionBill[]) => Promise<readonly SessionBill[]>;
  readonly restated: (restatements: readonly Restatement[]) => Promise<void>;
  /** Writes bills again that a lost file held, as rows that were there when they were made. What is there stays as it is. */
  readonly restore: (bills: readonly SessionBill[]) => Promise<void>;
  /** What is to be said of the files of some days of a target. `whole`: look into each, else only whether it is there. */
  readonly filesOf: (target: Target, days: readonly Instant[], whole: boolean) => Promise<readonly HistoryFile[]>;
  /** Bills with a charge, or a life, that overlaps [from, until). */
  readonly bills: (from: Instant, until: Instant) => AsyncIterable<SessionBill>;
  /** Rows whose charge period starts in [from, until), some columns of them, in stretches: what a report of many rows reads. */
  readonly columns: <C extends HistoryColumn>(
    from: Instant,
    until: Instant,
    names: readonly C[],
  ) => AsyncIterable<HistoryColumns<C>>;
  /** Those made in [from, until). */
  readonly restatements: (from: Instant, until: Instant) => AsyncIterable<Restatement>;
  /**
   * Rows that were replaced in [from, until), as they were. Where a writer is killed before it has replaced a row, that row is
   * here and still in its place; its rerun replaces it later, and it may be here twice then.
   */
  readonly superseded: (from: Instant, until: Instant) => AsyncIterable<SupersededColumns>;
}
