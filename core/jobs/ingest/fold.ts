import type { MeterSettings } from "../../billing/meter-rows.ts";
import { type PriceBook, periodsOf } from "../../billing/price-book.ts";
import { distinctInOrder, type UsageColumns } from "../../billing/usage-columns.ts";
import type { Instant } from "../../kernel/instant.ts";
import { hasGained } from "../../ledger/account-gain.ts";
import { billOfAccount } from "../../ledger/bill-of-account.ts";
import { foldColumns } from "../../ledger/fold-columns.ts";
import { lastRecordAtOf } from "../../ledger/last-record.ts";
import { hasOutgrown } from "../../ledger/outgrown.ts";
import { sealAccount } from "../../ledger/seal-account.ts";
import type { SessionAccount } from "../../ledger/session-account.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { SessionRows } from "./buffer.ts";
import { expiredBefore, joinReasons } from "./gaps.ts";
import type { LookKind } from "./windows.ts";

export interface FoldTerms {
  readonly now: Instant;
  readonly prices: PriceBook;
  readonly meter: MeterSettings;
  readonly look: LookKind;
  /** Where all of the window was read: up to where accounts are sealed, and from where on digests of them are kept. */
  readonly sealed: { readonly until: Instant; readonly digestsSince: Instant } | null;
  /** Where the reading of the place began: sessions that were under way before it lack their beginning. */
  readonly edge: PlaceEdge;
  readonly approximate: string | null;
}

/** Where the reading of a place began. */
export interface PlaceEdge {
  readonly at: Instant;
  /** Whether the place had nothing before it any more. */
  readonly isExpired: boolean;
}

/** What is known of a session beside its records. */
export interface SessionFacts {
  readonly name: string | null;
  readonly createdAt: Instant;
  readonly timeoutAt: Instant | null;
}

/**
 * A session with more of its records. Null where it has all of them: then nothing is written. A final bill never changes
 * here: records that come for one wait in the account, and the session is reopened.
 */
export function foldSession(
  stored: LedgerSession | null,
  { key, usage }: Pick<SessionRows, "key" | "usage">,
  facts: SessionFacts | null,
  terms: FoldTerms,
): LedgerSession | null {
  const before = stored?.account ?? null;
  const createdAt = facts?.createdAt ?? stored?.bill.createdAt ?? null;
  const isCut = lacksBeginning(before, usage, createdAt, terms.edge);
  const account = foldAccount(before, { key, usage }, isCut, terms);
  if (stored !== null && !hasChanged(stored.account, account)) return null;
  if (stored?.bill.final === true) {
    // One that is closing is looked at again once it is closed.
    const isReopened = stored.state === "closed" && hasOutgrown(account, stored.bill);
    return { ...stored, account, state: isReopened ? "reopened" : stored.state };
  }
  const bill = billOfAccount(
    account,
    {
      name: facts?.name ?? stored?.bill.name ?? null,
      createdAt,
      endedAt: stored?.bill.endedAt ?? null,
      endSource: stored?.bill.endSource ?? null,
    },
    {
      prices: terms.prices,
      meter: terms.meter,
      asOf: terms.now,
      final: false,
      version: stored?.bill.version ?? 1,
      approximate: joinReasons(
        joinReasons(stored?.bill.approximate ?? null, terms.approximate),
        isCut && terms.edge.isExpired ? expiredBefore(terms.edge.at) : null,
      ),
    },
  );
  if (bill === null) return null;
  return {
    revision: stored?.revision ?? 0,
    state: "open",
    account,
    bill,
    timeoutAt: facts?.timeoutAt ?? stored?.timeoutAt ?? null,
    restatement: null,
  };
}

function foldAccount(
  before: SessionAccount | null,
  { key, usage }: Pick<SessionRows, "key" | "usage">,
  isCut: boolean,
  terms: FoldTerms,
): SessionAccount {
  const distinct = distinctInOrder(usage);
  const folded = foldColumns(before, key, distinct, "ignore");
  const redelivered = isFirstReading(before, folded, terms) ? usage.length - distinct.length : 0;
  const account = {
    ...folded,
    duplicates: folded.duplicates + redelivered,
    // Counted as late, so that the session is rated from its source before it is closed.
    late: isCut ? { ...folded.late, unheld: folded.late.unheld + 1 } : folded.late,
  };
  if (terms.sealed === null) return account;
  const { until, digestsSince } = terms.sealed;
  return sealAccount(account, until, digestsSince, periodsOf(terms.prices, key.region), terms.meter);
}

/** A session has a record in each second: one that has none in the first minute did not live before it. */
const cutMs = 60_000;

/**
 * Whether the first records of a session are none of its first ones. Of one that was entered without records, as of one that is
 * not known at all, the beginning may be missing; what came of a session that paused is told by its start alone.
 */
function lacksBeginning(
  before: SessionAccount | null,
  usage: UsageColumns,
  createdAt: Instant | null,
  { at }: PlaceEdge,
): boolean {
  if (usage.length === 0 || (before !== null && lastRecordAtOf(before) !== null)) return false;
  if (createdAt !== null && createdAt < at) return true;
  return usage.at.subarray(0, usage.length).some((stamp) => stamp < at + cutMs);
}

/**
 * Redeliveries are counted in one reading of a record alone. A window that is sealed already, or a delivery without
 * anything new, was read before by a pass that was killed before it could say so.
 */
function isFirstReading(before: SessionAccount | null, folded: SessionAccount, { look, sealed }: FoldTerms): boolean {
  if (sealed === null) return false;
  if (look === "delivery") return hasGained(before, folded);
  return look === "final" && (before?.sealed?.until ?? 0) < sealed.until;
}

const hasChanged = (before: SessionAccount, after: SessionAccount): boolean =>
  hasGained(before, after) || (before.sealed?.until ?? null) !== (after.sealed?.until ?? null);
