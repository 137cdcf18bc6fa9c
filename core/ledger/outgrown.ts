import type { SessionBill } from "./charge.ts";
import { hasLate } from "./late-records.ts";
import { settle } from "./open-records.ts";
import type { SessionAccount } from "./session-account.ts";

/** Whether an account holds records that its bill does not know: they came after the bill was made final. */
export function hasOutgrown(account: SessionAccount, bill: SessionBill): boolean {
  if (hasLate(account)) return true;
  return recordsOf(account) !== bill.charges.reduce((sum, charge) => sum + charge.records, 0);
}

/** Distinct records, sealed and open. */
const recordsOf = ({ sealed, open }: SessionAccount): number =>
  (sealed?.charges ?? []).reduce((sum, charge) => sum + charge.records, 0) + settle(open).length;
