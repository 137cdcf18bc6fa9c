import type { SessionCost } from "../../../billing/session-cost.ts";
import type { SessionFacts } from "../../../cleanup/decision/decision.ts";
import type { Decided } from "../../../cleanup/plan/make-plan.ts";
import { type Runaway, type RunawayLimits, runawayOf } from "../../../cleanup/runaway.ts";
import type { Session } from "../../../inventory/session.ts";
import type { Instant } from "../../../kernel/instant.ts";
import { compareUsd } from "../../../kernel/money.ts";
import { recordsLagMs } from "./evidence-window.ts";

/** What a session costs so far, as well as it is known; null where nothing is. */
export type CostOf = (session: Session) => Pick<SessionCost, "basis" | "low" | "high"> | null;

export interface FoundRunaways {
  readonly found: readonly { readonly facts: SessionFacts; readonly runaway: Runaway }[];
  /** Sessions that are none as far as is known, and may be one: their CPU is not known as of late, or their cost is not. */
  readonly unknown: number;
}

export function findRunaways(
  decided: readonly Pick<Decided, "facts">[],
  costOf: CostOf,
  limits: RunawayLimits,
  now: Instant,
): FoundRunaways {
  const found: { facts: SessionFacts; runaway: Runaway }[] = [];
  let unknown = 0;
  for (const { facts } of decided) {
    const cost = costOf(facts.session);
    const runaway = runawayOf(facts.evidence.cpu, cost?.low ?? null, limits);
    if (runaway !== null) found.push({ facts, runaway });
    else if (mayBeHot(facts, limits, now) || mayBeDear(cost, limits)) unknown += 1;
  }
  return { found, unknown };
}

/** One that is younger than a runaway has to be is none yet. */
function mayBeHot(
  { session, evidence: { cpu } }: SessionFacts,
  { hotForMs }: Pick<RunawayLimits, "hotForMs">,
  now: Instant,
): boolean {
  if (now - session.createdAt < hotForMs) return false;
  return cpu.kind === "unknown" || now - cpu.lastRecordAt > recordsLagMs;
}

/** A metered cost is what it is; of one that is only bounded the upper bound has to be within the limit. */
function mayBeDear(cost: ReturnType<CostOf>, { usd }: Pick<RunawayLimits, "usd">): boolean {
  if (usd === null) return false;
  if (cost === null) return true;
  return cost.basis === "bounded" && (cost.high === null || compareUsd(cost.high, usd) > 0);
}
