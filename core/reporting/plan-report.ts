import { periodAt } from "../billing/price-book.ts";
import type { SessionCost } from "../billing/session-cost.ts";
import type { DecisionReason } from "../cleanup/decision/decision.ts";
import { leaksOf } from "../cleanup/leaks.ts";
import type { Plan, PlanEntry } from "../cleanup/plan/plan.ts";
import { chargedLevel, idleCost, type UsdBounds } from "../cleanup/savings/savings-rate.ts";
import { type ReportedSwitch, reportedSwitch, type SwitchStanding } from "../cleanup/stop/switch-standing.ts";
import { expiresAtOf } from "../inventory/session.ts";
import type { ScanOutcome } from "../jobs/scan/outcome.ts";
import type { PlannedTargets } from "../jobs/sweep/plan-targets.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";
import type { Problem } from "../kernel/problem.ts";
import { countsOf, type ReportedLeaks, reportedLeaks } from "./leak-report.ts";
import type { Pricing } from "./scan-totals.ts";
import { type ReportedUnknown, reportedUnknowns } from "./unknown-report.ts";

/** docs/schemas/plan.schema.json: a plan to be applied, and all that was decided with it. */
export interface PlanReport extends ReportedSwitch {
  readonly version: 1;
  readonly asOf: string;
  /** False where a Region was not read in full, or not decided on. */
  readonly complete: boolean;
  /** What `apply` takes; instants are milliseconds since 1970, as the digests cover them. */
  readonly plan: Plan;
  /** `onlyObserved`: its policy stops nothing, whoever applies the plan. */
  readonly stops: readonly (PlannedStop & { readonly onlyObserved: boolean })[];
  /** Idle too, but more than their policies allow in one pass. */
  readonly postponed: number;
  readonly decisions: Readonly<Record<DecisionReason, number>>;
  /** What is idle, and what nothing can show to be idle or not, by interpreter and by what is missing. */
  readonly leaks: readonly ReportedLeaks[];
  /** Each session that was decided `unknown-activity`, and what is missing. */
  readonly unknown: readonly ReportedUnknown[];
  readonly problems: readonly (Problem & { readonly region: string | null })[];
}

export interface PlannedStop {
  readonly session: string;
  readonly name: string | null;
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly policy: string;
  readonly reason: DecisionReason;
  readonly text: string;
  readonly idleSince: string | null;
  readonly horizon: string | null;
  readonly ageSeconds: number;
  readonly leftSeconds: number | null;
  /** What its memory costs until its time limit ends it, at least and at most; null where that cannot be said. */
  readonly savesLowUsd: string | null;
  readonly savesHighUsd: string | null;
}

export function planReport(
  scan: ScanOutcome,
  planned: PlannedTargets,
  standing: SwitchStanding,
  pricing: Pricing,
  now: Instant,
): PlanReport {
  const decided = planned.targets.flatMap((target) => target.decided);
  const policies = decided.flatMap(({ facts }) => facts.policy ?? []);
  const observed = new Set(policies.filter(({ mode }) => mode === "observe").map(({ id }) => id));
  const costs = new Map(scan.targets.flatMap(({ sessions }) => sessions.map((it) => [it.id, it.cost] as const)));
  const problems = [
    ...scan.targets.flatMap(({ target, status, problems: own }) =>
      status === "skipped" ? [] : own.map((problem) => ({ ...problem, region: target.region })),
    ),
    ...planned.targets.flatMap(({ target, problems: own }) =>
      own.map((problem) => ({ ...problem, region: target.region })),
    ),
    ...planned.problems.map((problem) => ({ ...problem, region: null })),
  ];
  return {
    version: 1,
    asOf: isoOf(now),
    complete: scan.complete && problems.length === 0,
    ...reportedSwitch(standing),
    plan: planned.plan,
    stops: planned.plan.entries.map((entry) => ({
      ...plannedStop(entry, pricing, now),
      onlyObserved: observed.has(entry.policy.id),
    })),
    postponed: planned.postponed.length,
    decisions: countsOf(decided),
    leaks: leaksOf(decided, { ...pricing, soFarOf: ({ id }) => boundsOf(costs.get(id)) }, now).map(reportedLeaks),
    unknown: reportedUnknowns(decided),
    problems,
  };
}

export function plannedStop(entry: PlanEntry, pricing: Pricing, now: Instant): PlannedStop {
  const { key, decision } = entry;
  const expiresAt = expiresAtOf(entry);
  const saves = savesOf(entry, expiresAt, pricing, now);
  return {
    session: key.session,
    name: entry.name,
    account: key.account,
    region: key.region,
    interpreter: key.interpreter,
    policy: entry.policy.id,
    reason: decision.reason,
    text: decision.text,
    idleSince: decision.idleSince === null ? null : isoOf(decision.idleSince),
    horizon: decision.horizon === null ? null : isoOf(decision.horizon),
    ageSeconds: Math.floor((now - entry.createdAt) / 1000),
    leftSeconds: expiresAt === null ? null : Math.max(0, Math.floor((expiresAt - now) / 1000)),
    savesLowUsd: saves === null ? null : formatUsd(saves.low),
    savesHighUsd: saves === null ? null : formatUsd(saves.high),
  };
}

/** No more than its memory, all of its time left. */
function savesOf(
  { key, evidence }: PlanEntry,
  expiresAt: Instant | null,
  pricing: Pricing,
  now: Instant,
): UsdBounds | null {
  const period = periodAt(pricing.prices, key.region, now);
  if (expiresAt === null || expiresAt <= now || period === null) return null;
  const idle = { prices: pricing.prices, gb: pricing.gb, memoryGb: pricing.size.memoryGb };
  const last = evidence.cpu.kind === "known" ? evidence.cpu.memoryBytes : null;
  const level = chargedLevel(idle, period, last, null);
  const low = idleCost(idle, key.region, now, expiresAt, level.low);
  const high = idleCost(idle, key.region, now, expiresAt, level.high);
  return low === null || high === null ? null : { low, high };
}

const boundsOf = (cost: SessionCost | undefined): UsdBounds | null =>
  cost === undefined || cost.low === null || cost.high === null ? null : { low: cost.low, high: cost.high };
