import type { MeterSettings } from "../billing/meter-rows.ts";
import { type PriceBook, periodsOf } from "../billing/price-book.ts";
import type { SessionCost } from "../billing/session-cost.ts";
import type { ScannedSession, ScanOutcome } from "../jobs/scan/outcome.ts";
import type { SessionBill } from "../ledger/charge.ts";
import { ratedOf } from "../ledger/charge-lines.ts";
import type { Ledger } from "../ports/ledger.ts";

/**
 * The same pass with what the ledger knows of its sessions: a metered figure instead of bounds. A session that the ledger
 * does not know, or has no figure of, keeps its bounds.
 */
export async function withLedgerCosts(
  outcome: ScanOutcome,
  ledger: Pick<Ledger, "open">,
  prices: PriceBook,
  gb: MeterSettings["gb"],
): Promise<ScanOutcome> {
  const targets = await Promise.all(
    outcome.targets.map(async (target) => {
      const bills = new Map((await ledger.open(target.target)).map(({ bill }) => [keyOf(bill), bill]));
      const costOf = (session: ScannedSession): SessionCost => {
        const bill = bills.get(keyOf({ interpreter: session.interpreter, session: session.id }));
        return (bill === undefined ? null : knownCost(bill, prices, gb)) ?? session.cost;
      };
      return { ...target, sessions: target.sessions.map((session) => ({ ...session, cost: costOf(session) })) };
    }),
  );
  return { ...outcome, targets };
}

function knownCost(bill: SessionBill, prices: PriceBook, gb: MeterSettings["gb"]): SessionCost | null {
  if (bill.basis === "bounded") return null;
  const cost = ratedOf(bill.charges, periodsOf(prices, bill.region), gb);
  if (cost === null) return null;
  return { basis: bill.basis, low: cost.rated, high: cost.rated, final: bill.final, asOf: bill.asOf };
}

const keyOf = ({ interpreter, session }: Pick<SessionBill, "interpreter" | "session">): string =>
  `${interpreter}/${session}`;
