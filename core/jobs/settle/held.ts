import { periodsOf } from "../../billing/price-book.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { ratedOf } from "../../ledger/charge-lines.ts";
import { restatementOf } from "../../ledger/restatement.ts";
import { restsOnAsMuch } from "../../ledger/same-figures.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import { sessionPart, targetPart } from "../../ports/ledger-key.ts";
import type { AccountsInput } from "../accounts/ports.ts";

/** With what a closed bill is restated. */
export interface ClosingTerms extends Pick<AccountsInput, "prices" | "meter"> {
  readonly now: Instant;
}

/**
 * Sessions whose bill history has otherwise, as restatements of what it has: their memory was lost, and they were rated anew from
 * their source. Where the new bill rests on less than the old one, the old one stays, and the session is none of these.
 */
export function restatedOverHeld(
  closing: readonly LedgerSession[],
  held: readonly SessionBill[],
  terms: ClosingTerms,
): readonly LedgerSession[] {
  if (held.length === 0) return [];
  const byName = new Map(held.map((bill) => [nameOf(bill), bill]));
  return closing.flatMap((session) => {
    const before = byName.get(nameOf(session.bill));
    if (before === undefined || !restsOnAsMuch(session.bill, before)) return [];
    const restated = restatementOf({
      before,
      beforeUsd: usdOf(before, terms),
      after: session.bill,
      afterUsd: usdOf(session.bill, terms),
      reason: "source-reread",
      lateRecords: Math.max(0, recordsOf(session.bill) - recordsOf(before)),
      at: terms.now,
    });
    return restated === null ? [] : [{ ...session, ...restated }];
  });
}

const usdOf = ({ basis, charges, region }: SessionBill, { prices, meter }: ClosingTerms) =>
  basis === "bounded" ? null : (ratedOf(charges, periodsOf(prices, region), meter.gb)?.rated ?? null);

const recordsOf = ({ charges }: SessionBill): number => charges.reduce((sum, { records }) => sum + records, 0);
const nameOf = (bill: SessionBill): string => `${targetPart(bill)}/${sessionPart(bill)}`;
