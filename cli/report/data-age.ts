import type { Instant } from "../../core/kernel/instant.ts";
import type { ReportContent } from "./report-content.ts";

/** How old what a report shows is: its own time is that of the machine that prints it, and says nothing of that. */
export interface DataAge {
  /** The last pass over the accounts of the target where that is longest ago; null where nothing is known. */
  readonly asOf: Instant | null;
  /** Targets whose accounts no pass was ever over: what is known of them a scan has seen. */
  readonly neverKept: number;
  /** More than a few passes are missing. Nobody knows that of history alone. */
  readonly isStale: boolean;
}

/** Passes over the accounts are 15 minutes apart where nobody says otherwise; one may be late, and one may fail. */
const staleAfterMs = 3 * 15 * 60_000;

export function dataAgeOf({ coverage, cost, now }: Pick<ReportContent, "coverage" | "cost" | "now">): DataAge {
  const kept = coverage.flatMap(({ keptAt }) => keptAt ?? []);
  if (kept.length === 0) return { asOf: cost.counts.asOf, neverKept: coverage.length, isStale: false };
  const asOf = kept.reduce((a, b) => (a < b ? a : b));
  return { asOf, neverKept: coverage.length - kept.length, isStale: now - asOf > staleAfterMs };
}
