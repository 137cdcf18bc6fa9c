import type { Target } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import type { Stores } from "../accounts/stores.ts";
import { wasUsed } from "../accounts/targets-with-costs.ts";
import { type DataAge, dataAgeOf, historyAlone, isStale, staleLines } from "./data-age.ts";
import type { TargetCoverage } from "./report-content.ts";
import { coverageOf, unreadIn } from "./report-subject.ts";

/** How far that is known which budgets are looked at by. */
export interface BudgetCoverage {
  readonly targets: readonly Target[];
  /** Those of them whose costs may be more than what was found. */
  readonly unread: readonly Target[];
  readonly age: DataAge;
  /** What of it is missing as a whole; empty where nothing is. */
  readonly notes: readonly Problem[];
  /** What the last passes over the accounts could not read. */
  readonly problems: readonly Problem[];
}

/** The window of a budget ends now or later, so that what is old is missing something, whatever it has. */
export async function budgetCoverage(
  stores: Pick<Stores, "registry" | "ledger" | "documents" | "targets">,
  now: Instant,
): Promise<BudgetCoverage> {
  const targets = await stores.targets();
  const all = await coverageOf(stores, targets);
  // A Region that is not enabled is scanned, and never kept: nothing is missing of it while nothing was seen there.
  const isKept = all.some(({ keptAt }) => keptAt !== null);
  const matters = await Promise.all(
    all.map(async ({ target, keptAt }) => !isKept || keptAt !== null || (await wasUsed(target, now, stores))),
  );
  const coverage = all.filter((_, index) => matters[index]);
  const age = dataAgeOf({ coverage, now }, null);
  const unread = coverage.filter(
    ({ keptAt, accounts }) => keptAt === null || isStale(keptAt, now) || accounts?.complete === false,
  );
  return {
    ...{ targets, age },
    unread: unread.map(({ target }) => target),
    notes: notesOf(all, age, now),
    problems: unreadIn(all),
  };
}

function notesOf(all: readonly TargetCoverage[], age: DataAge, now: Instant): readonly Problem[] {
  const bad = all.filter(({ health }) => health !== "ok").map(({ target }) => target.region);
  const never = `${age.neverKept} Region${age.neverKept === 1 ? "" : "s"} without a pass over the accounts: known from scans alone`;
  return [
    ...(all.length === 0 ? [{ code: "HistoryAlone", message: historyAlone }] : []),
    ...staleLines(now, age).map((message) => ({ code: "NotUpToDate", message })),
    ...(age.neverKept > 0 ? [{ code: "NeverKept", message: never }] : []),
    ...(bad.length > 0
      ? [{ code: "ScanIncomplete", message: `Not fully read by the last pass: ${bad.join(", ")}` }]
      : []),
  ];
}
