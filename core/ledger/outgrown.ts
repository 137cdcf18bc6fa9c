import type { SessionBill } from "./charge.ts";
import { settle } from "./open-records.ts";
import type { SessionAccount } from "./session-account.ts";

/** Whether an account holds records that its bill does not know: they came after the bill was made final. */
export function hasOutgrown(account: SessionAccount, bill: SessionBill): boolean {
  if (account.late.records.length + account.late.unheld > 0) return true;
  return recordsOf(account) !== bill.charges.reduce((sum, charge) => sum + charge.records, 0);
}

/** Whether fewer records are in an account than in one of the same session: its source has lost some. */
export const lacksRecordsOf = (account: SessionAccount, other: SessionAccount): boolean =>
  recordsOf(account) < recordsOf(other);

/** Distinct records, sealed and open. */
const recordsOf = ({ sealed, open }: SessionAccount): number =>
  (sealed?.charges ?? []).reduce((sum, charge) => sum + charge.records, 0) + settle(open).length;
