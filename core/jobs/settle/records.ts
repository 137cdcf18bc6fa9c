import { periodsOf } from "../../billing/price-book.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import { billOfAccount } from "../../ledger/bill-of-account.ts";
import type { EndSource, Restatement, SessionBill } from "../../ledger/charge.ts";
import { ratedOf } from "../../ledger/charge-lines.ts";
import { restatementOf } from "../../ledger/restatement.ts";
import { sealAccount } from "../../ledger/seal-account.ts";
import type { SessionAccount } from "../../ledger/session-account.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { AccountsInput } from "../accounts/ports.ts";
import type { SessionLife } from "./life.ts";

export interface RecordedSession {
  /** With the bill that it had until now. */
  readonly stored: LedgerSession;
  /** As it is to be billed: the stored one, or read from its source anew. */
  readonly account: SessionAccount;
  readonly life: SessionLife;
  readonly end: { readonly at: Instant; readonly source: EndSource };
  /** Why the figure is not exact; null where it is. */
  readonly approximate: string | null;
  /** Whether the sums were made anew because prices or settings are others. */
  readonly repriced: boolean;
  readonly finalUntil: Instant | null;
}

/** After a crash the last window is read once more: its records must be known as redeliveries. */
const digestsKeptMs = 15 * 60_000;

/**
 * A session with records as it goes into `closing`; or `closed` as it was, where it had been closed and nothing has changed.
 * Null where it has no records.
 */
export function billByRecords(
  session: RecordedSession,
  asOf: Instant,
  input: Pick<AccountsInput, "prices" | "meter">,
): LedgerSession | null {
  const { stored, life, end, finalUntil, approximate } = session;
  const before = stored.bill;
  const { name, createdAt } = life;
  const after =
    billOfAccount(
      session.account,
      { name, createdAt, endedAt: end.at, endSource: end.source },
      { ...input, asOf, final: true, version: before.version, approximate },
    ) ?? withoutRecords(session, asOf);
  if (after === null) return null;
  const periods = periodsOf(input.prices, before.region);
  const account =
    finalUntil === null
      ? session.account
      : sealAccount(session.account, finalUntil, plusMs(finalUntil, -digestsKeptMs), periods, input.meter);
  const base = { revision: stored.revision, account, timeoutAt: life.timeoutAt };
  if (!before.final) return { ...base, state: "closing", bill: after, restatement: null };
  const usdOf = ({ basis, charges }: SessionBill) =>
    basis === "bounded" ? null : (ratedOf(charges, periods, input.meter.gb)?.rated ?? null);
  const restated = restatementOf({
    before,
    beforeUsd: usdOf(before),
    after,
    afterUsd: usdOf(after),
    reason: reasonOf(before, after, session.repriced),
    lateRecords: lateRecordsOf(before, after),
    at: asOf,
  });
  return restated === null
    ? { ...base, state: "closed", bill: before, restatement: null }
    : { ...base, state: "closing", ...restated };
}

/** A bill that was closed without records, and of which none can be read after all. */
const withoutRecords = ({ stored: { bill }, account }: RecordedSession, asOf: Instant): SessionBill | null =>
  bill.final && bill.basis !== "rated" ? { ...bill, asOf, lateUnverifiable: account.lateUnverifiable } : null;

function reasonOf(before: SessionBill, after: SessionBill, repriced: boolean): Restatement["reason"] {
  if (lateRecordsOf(before, after) > 0) return "late-records";
  if (repriced) return "price-change";
  return recordsOf(before) === recordsOf(after) && before.endedAt !== after.endedAt ? "end-corrected" : "source-reread";
}

/** Those that were added, and those that could not be. */
const lateRecordsOf = (before: SessionBill, after: SessionBill): number =>
  Math.max(0, recordsOf(after) - recordsOf(before)) + after.lateUnverifiable - before.lateUnverifiable;

const recordsOf = ({ charges }: SessionBill): number => charges.reduce((sum, { records }) => sum + records, 0);
