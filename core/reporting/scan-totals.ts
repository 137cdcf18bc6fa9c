import { type BoundedCost, boundedCost, type SandboxSize } from "../billing/bounded-cost.ts";
import type { GbUnit } from "../billing/gigabyte.ts";
import type { PriceBook } from "../billing/price-book.ts";
import type { ScanOutcome } from "../jobs/scan/outcome.ts";
import type { Region } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import { formatUsd, sumUsd, type Usd } from "../kernel/money.ts";

export interface Pricing {
  readonly prices: PriceBook;
  readonly gb: GbUnit;
  readonly size: SandboxSize;
}

/**
 * Sums over the sessions that were read. The low bounds hold also where sessions or prices are missing, for more of them
 * only adds; a high bound with a part missing is none, and null. `usd` is a figure only where there is nothing to doubt.
 */
export interface ScanTotals {
  readonly sessions: number | null;
  readonly usd: string | null;
  readonly lowUsd: string | null;
  readonly highUsd: string | null;
  /** What an hour costs at the number of sessions and the prices of `asOf`. */
  readonly hourlyUsd: string | null;
  readonly hourlyLowUsd: string | null;
  readonly hourlyHighUsd: string | null;
}

export function scanTotals(outcome: ScanOutcome, pricing: Pricing): ScanTotals {
  const sessions = outcome.targets.flatMap((target) => target.sessions);
  const counted = outcome.targets.every((target) => target.status === "skipped" || target.readySessions !== null);
  const hourly = hourlyCosts(pricing, outcome.asOf);
  const soFar = boundsOf(
    sessions.map((session) => session.cost),
    counted,
  );
  const perHour = boundsOf(
    sessions.map((session) => hourly(session.target.region)),
    counted,
  );
  const nothing = counted && sessions.length === 0 ? "0.000000000000" : null;
  return {
    sessions: counted ? sessions.length : null,
    usd: nothing,
    lowUsd: soFar.low,
    highUsd: soFar.high,
    hourlyUsd: nothing,
    hourlyLowUsd: perHour.low,
    hourlyHighUsd: perHour.high,
  };
}

function boundsOf(
  costs: readonly Pick<BoundedCost, "low" | "high">[],
  counted: boolean,
): { readonly low: string | null; readonly high: string | null } {
  const low = costs.flatMap((cost) => (cost.low === null ? [] : [cost.low]));
  const high = costs.flatMap((cost) => (cost.high === null ? [] : [cost.high]));
  const known = (parts: readonly Usd[]): string => formatUsd(sumUsd(parts));
  return {
    // A sum of nothing says something only where there was nothing to add.
    low: low.length > 0 || (counted && costs.length === 0) ? known(low) : null,
    high: counted && high.length === costs.length ? known(high) : null,
  };
}

/** The bounds of one hour of one sandbox in a Region, from `at` on: the price then, bounded as a session's life is. */
function hourlyCosts(pricing: Pricing, at: Instant): (region: Region) => BoundedCost {
  const known = new Map<Region, BoundedCost>();
  return (region) => {
    const cost =
      known.get(region) ??
      boundedCost({ ...pricing, region, createdAt: at, endedAt: plusMs(at, 3_600_000), asOf: plusMs(at, 3_600_000) });
    known.set(region, cost);
    return cost;
  };
}
