import type { MeterSettings } from "../billing/meter-rows.ts";
import type { PriceBook } from "../billing/price-book.ts";
import type { SessionCost } from "../billing/session-cost.ts";
import { type Target, targetKey } from "../inventory/target.ts";
import type { ScannedSession, TargetScan } from "../jobs/scan/outcome.ts";
import type { CostOf } from "../jobs/sweep/evidence/find-runaways.ts";
import type { Problem } from "../kernel/problem.ts";
import type { Ledger } from "../ports/ledger.ts";
import { RegistryError } from "../ports/registry-error.ts";
import { ledgerCosts } from "./ledger-costs.ts";

export interface KnownCosts {
  readonly costOf: CostOf;
  readonly problems: readonly Problem[];
}

/**
 * What scanned sessions cost so far: as the ledger has metered them, without reading anything anew, else within the scan's bounds. A ledger
 * that cannot be read leaves the bounds.
 */
export async function knownCosts(
  scans: readonly Pick<TargetScan, "target" | "sessions">[],
  ledger: Pick<Ledger, "open">,
  prices: PriceBook,
  gb: MeterSettings["gb"],
): Promise<KnownCosts> {
  const costs = new Map<string, SessionCost>();
  const problems: Problem[] = [];
  for (const { target, sessions } of scans) {
    const metered = await meteredIn(target);
    for (const session of sessions) costs.set(nameOf(session), metered(session) ?? session.cost);
  }
  return { costOf: (session) => costs.get(nameOf(session)) ?? null, problems };

  async function meteredIn(target: Target): Promise<(session: ScannedSession) => SessionCost | null> {
    try {
      return await ledgerCosts(ledger, target, prices, gb);
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      problems.push({
        code: "StateUnavailable",
        message: `What sessions have cost could not be read: ${error.message}`,
      });
      return () => null;
    }
  }
}

const nameOf = ({ target, interpreter, id }: Pick<ScannedSession, "target" | "interpreter" | "id">): string =>
  JSON.stringify([targetKey(target), interpreter, id]);
