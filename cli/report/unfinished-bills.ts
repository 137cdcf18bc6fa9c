import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { SessionBill } from "../../core/ledger/charge.ts";
import type { Ledger, LedgerState } from "../../core/ports/ledger.ts";

/** Bills that are final, and of which history will still get rows: how many there are in a window. */
export interface UnfinishedBills {
  /** History may not have them yet. */
  readonly closing: number;
  /** Records came since, so another version is to be expected. */
  readonly reopened: number;
}

export async function unfinishedBills(
  ledger: Pick<Ledger, "open">,
  targets: readonly Target[],
  window: { readonly from: Instant; readonly until: Instant },
): Promise<UnfinishedBills> {
  const counts: Record<LedgerState, number> = { open: 0, closing: 0, closed: 0, reopened: 0 };
  for (const target of targets) {
    for (const { state, bill } of await ledger.open(target)) if (isWithin(bill, window)) counts[state] += 1;
  }
  return counts;
}

const hourMs = 3_600_000;

/** Whether a restatement of it may change what the window costs: late records may lie in any hour of its life. */
function isWithin(bill: SessionBill, { from, until }: { readonly from: Instant; readonly until: Instant }): boolean {
  const hours = bill.charges.map(({ hourAt }) => hourAt);
  const startsAt = Math.min(bill.createdAt ?? bill.endedAt ?? bill.asOf, ...hours);
  const endsAt = Math.max(bill.endedAt ?? bill.asOf, ...hours.map((hourAt) => hourAt + hourMs));
  return startsAt < until && Math.max(endsAt, startsAt + 1) > from;
}
