import type { MeterSettings } from "../billing/meter-rows.ts";
import { type PriceBook, periodsOf } from "../billing/price-book.ts";
import type { SessionCost } from "../billing/session-cost.ts";
import type { Target } from "../inventory/target.ts";
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
      const metered = await ledgerCosts(ledger, target.target, prices, gb);
      const sessions = target.sessions.map((session) => ({ ...session, cost: metered(session) ?? session.cost }));
      return { ...target, sessions };
    }),
  );
  return { ...outcome, targets };
}

/** What the ledger has metered or shared out of sessions of a target; null of one that it has no figure of. Throws `RegistryError`. */
export async function ledgerCosts(
  ledger: Pick<Ledger, "open">,
  target: Target,
  prices: PriceBook,
  gb: MeterSettings["gb"],
): Promise<(session: Pick<ScannedSession, "interpreter" | "id">) => SessionCost | null> {
  const bills = new Map((await ledger.open(target)).map(({ bill }) => [keyOf(bill), bill]));
  return ({ interpreter, id }) => {
    const bill = bills.get(keyOf({ interpreter, session: id }));
    return bill === undefined ? null : knownCost(bill, prices, gb);
  };
}

function knownCost(bill: SessionBill, prices: PriceBook, gb: MeterSettings["gb"]): SessionCost | null {
  if (bill.basis === "bounded") return null;
  const cost = ratedOf(bill.charges, periodsOf(prices, bill.region), gb);
  if (cost === null) return null;
  return { basis: bill.basis, low: cost.rated, high: cost.rated, final: bill.final, asOf: bill.asOf };
}

const keyOf = ({ interpreter, session }: Pick<SessionBill, "interpreter" | "session">): string =>
  `${interpreter}/${session}`;
