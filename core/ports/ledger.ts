import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Restatement, SessionBill } from "../ledger/charge.ts";
import type { SessionAccount } from "../ledger/session-account.ts";
import type { HistoryColumn, HistoryColumns } from "./history-row.ts";

/** How far one interpreter's records have been read: once soon, and once more when no record can come late any more. */
export interface ReadMark {
  readonly interpreter: InterpreterId;
  readonly readUntil: Instant;
  readonly finalUntil: Instant;
}

/** What is kept of one session while it can change. `revision` 0 was never written. */
export interface LedgerSession {
  readonly revision: number;
  readonly account: SessionAccount;
  readonly bill: SessionBill;
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
  /** Sessions whose bill is not closed, by interpreter, then session. Closed ones are kept for `keptClosedMs` after their `asOf`. */
  readonly open: (target: Target) => Promise<readonly LedgerSession[]>;
}

/** How long adapters keep a session whose bill is closed, so that late records find it. */
export const keptClosedMs = 90 * 24 * 3_600_000;

/**
 * Closed bills for good: one file per day, account and Region. Writing a bill twice leaves one copy; the highest version
 * counts, and rows that it replaces go to an audit file first.
 *
 * A file is replaced as a whole or not at all. A bill that crosses midnight is in two of them: where a writer is killed in
 * between, `bills` leaves that bill out until the writer has written it again.
 */
export interface History {
  readonly write: (bills: readonly SessionBill[]) => Promise<void>;
  readonly restated: (restatements: readonly Restatement[]) => Promise<void>;
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
  /** Rows that a restatement made in [from, until) replaced, as they were. */
  readonly superseded: (from: Instant, until: Instant) => AsyncIterable<HistoryColumns<HistoryColumn>>;
}
