import type { HealthLevel } from "../../core/inventory/scan-health.ts";
import type { Target } from "../../core/inventory/target.ts";
import type { LastAccounts } from "../../core/jobs/accounts/memory.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { subtractUsd, type Usd, zeroUsd } from "../../core/kernel/money.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { amountOf, sumsOf } from "../../core/reporting/cost-figures.ts";
import type { CostGroup, CostReport } from "../../core/reporting/cost-report.ts";

/** How far one target is known. */
export interface TargetCoverage {
  readonly target: Target;
  /** Of the scans; null where no pass was remembered. */
  readonly health: HealthLevel | null;
  /** All usage records stamped before it are in; null where it has no place with records, or one was never read. */
  readonly recordsUntil: Instant | null;
  /** The last pass over the accounts; null where none was remembered. */
  readonly keptAt: Instant | null;
  /** What the last pass over the accounts came to, whether it came to its end or not; null where none was remembered. */
  readonly accounts: LastAccounts | null;
}

/** What a report shows, whatever the format. */
export interface ReportContent {
  readonly from: Instant;
  readonly until: Instant;
  readonly now: Instant;
  readonly groupBy: readonly string[];
  readonly cost: CostReport;
  /** In the order that they are shown in. */
  readonly groups: readonly CostGroup[];
  readonly coverage: readonly TargetCoverage[];
  readonly closed: ClosedMonth | null;
  readonly problems: readonly Problem[];
}

/** A month that was closed: what its report said then, and what has changed since. */
export interface ClosedMonth {
  readonly month: string;
  readonly closedAt: Instant;
  readonly frozen: Usd;
  readonly adjustment: Usd;
  /** Changes of each group, in the order of the groups; signed. */
  readonly adjustments: readonly Usd[];
}

/** Groups that existed then and have nothing now are among the groups too, so that adjustments add up. */
export function groupsWithFrozen(
  { groups, scale }: Pick<CostReport, "groups" | "scale">,
  frozen: Pick<CostReport, "groups" | "scale">,
): { readonly groups: readonly CostGroup[]; readonly adjustments: readonly Usd[] } {
  const keyOf = ({ values }: CostGroup): string => JSON.stringify(values);
  const then = new Map(frozen.groups.map((group) => [keyOf(group), amountOf(group.sums.known, frozen.scale)]));
  const here = new Set(groups.map(keyOf));
  const gone = frozen.groups
    .filter((group) => !here.has(keyOf(group)))
    .map(({ values }): CostGroup => ({ values, sums: sumsOf([], scale) }));
  const all = [...groups, ...gone];
  return {
    groups: all,
    adjustments: all.map((group) => subtractUsd(amountOf(group.sums.known, scale), then.get(keyOf(group)) ?? zeroUsd)),
  };
}
