import type { Instant } from "../../core/kernel/instant.ts";
import { type DataAge, dataAgeOf, historyAlone, staleLines } from "../report/data-age.ts";
import type { TargetCoverage } from "../report/report-content.ts";

/** How old the side of the ledger is; that of the bill says itself how far it goes. */
export interface LedgerAge {
  readonly age: DataAge;
  /** What is to be said of it; empty where it is up to date. */
  readonly lines: readonly string[];
}

export function ledgerAge(coverage: readonly TargetCoverage[], now: Instant): LedgerAge {
  const age = dataAgeOf({ coverage, now }, null);
  return { age, lines: coverage.length === 0 ? [historyAlone] : staleLines(now, age) };
}
