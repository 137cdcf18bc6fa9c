import { boundedCost } from "../billing/bounded-cost.ts";
import { gigabyteOf } from "../billing/gigabyte.ts";
import type { DecisionReason } from "../cleanup/decision.ts";
import { decisionReasons } from "../cleanup/evidence-text.ts";
import type { Decided } from "../cleanup/make-plan.ts";
import type { Plan, PlanEntry } from "../cleanup/plan.ts";
import { expiresAtOf } from "../inventory/session.ts";
import type { ScanOutcome } from "../jobs/scan-outcome.ts";
import type { PlannedTargets } from "../jobs/sweep/plan-targets.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";
import type { Problem } from "../kernel/problem.ts";
import type { KillSwitch } from "../ports/kill-switch.ts";
import type { Pricing } from "./scan-totals.ts";
import { type UnprovableLeaks, unprovableLeaks } from "./unprovable-leaks.ts";

/** docs/schemas/plan.schema.json: a plan to be applied, and all that was decided with it. */
export interface PlanReport {
  readonly version: 1;
  readonly asOf: string;
  /** False where a Region was not read in full, or not decided on. */
  readonly complete: boolean;
  readonly switch: KillSwitch["state"];
  /** What `apply` takes; instants are milliseconds since 1970, as the digests cover them. */
  readonly plan: Plan;
  readonly stops: readonly PlannedStop[];
  /** Idle too, but more than their policies allow in one pass. */
  readonly postponed: number;
  readonly decisions: Readonly<Record<DecisionReason, number>>;
  readonly unprovable: readonly (Omit<UnprovableLeaks, "oldestCreatedAt"> & { readonly oldestCreatedAt: string })[];
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
  /** What its memory costs until its time limit ends it; null where that cannot be said. */
  readonly savesUpToUsd: string | null;
}

export function planReport(
  scan: ScanOutcome,
  planned: PlannedTargets,
  killSwitch: KillSwitch,
  pricing: Pricing,
  now: Instant,
): PlanReport {
  const decided = planned.targets.flatMap((target) => target.decided);
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
    switch: killSwitch.state,
    plan: planned.plan,
    stops: planned.plan.entries.map((entry) => plannedStop(entry, pricing, now)),
    postponed: planned.postponed.length,
    decisions: countsOf(decided),
    unprovable: unprovableLeaks(decided, ({ id }) => costs.get(id) ?? null, pricing, now).map((leaks) => ({
      ...leaks,
      oldestCreatedAt: isoOf(leaks.oldestCreatedAt),
    })),
    problems,
  };
}

export function plannedStop(entry: PlanEntry, pricing: Pricing, now: Instant): PlannedStop {
  const { key, decision } = entry;
  const expiresAt = expiresAtOf(entry);
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
    savesUpToUsd: savesUpTo(entry, expiresAt, pricing, now),
  };
}

/** No more than its memory as it was last seen, all of its time left; where it was not seen, all that it can have. */
function savesUpTo(
  { key, evidence }: PlanEntry,
  expiresAt: Instant | null,
  pricing: Pricing,
  now: Instant,
): string | null {
  if (expiresAt === null || expiresAt <= now) return null;
  const seen = evidence.cpu.kind === "known" ? evidence.cpu.memoryBytes : null;
  const memoryGb = seen === null ? pricing.size.memoryGb : seen / gigabyteOf(pricing.gb).bytes;
  const { high } = boundedCost({
    ...pricing,
    size: { vcpu: 0, memoryGb },
    region: key.region,
    createdAt: now,
    endedAt: expiresAt,
    asOf: expiresAt,
  });
  return high === null ? null : formatUsd(high);
}

function countsOf(decided: readonly Decided[]): PlanReport["decisions"] {
  const counts = Object.fromEntries(decisionReasons.map((reason) => [reason, 0])) as Record<DecisionReason, number>;
  for (const { decision } of decided) counts[decision.reason] += 1;
  return counts;
}
