import type { DecisionReason } from "../cleanup/decision/decision.ts";
import { decisionReasons } from "../cleanup/decision/evidence-text.ts";
import type { LeakReason, Leaks } from "../cleanup/leaks.ts";
import type { Decided } from "../cleanup/plan/make-plan.ts";
import { isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";

/** Leaks of one interpreter, as reports write them. */
export interface ReportedLeaks {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  readonly reason: LeakReason;
  readonly provable: boolean;
  /** So many slots of the quota. */
  readonly sessions: number;
  readonly oldestCreatedAt: string;
  readonly lowUsd: string | null;
  readonly highUsd: string | null;
  readonly hourlyLowUsd: string | null;
  readonly hourlyHighUsd: string | null;
  readonly turnOn: Leaks["turnOn"];
  readonly text: string;
}

export function reportedLeaks({ target, soFar, anHour, oldestCreatedAt, isProvable, ...leaks }: Leaks): ReportedLeaks {
  return {
    account: target.account,
    region: target.region,
    interpreter: leaks.interpreter,
    reason: leaks.reason,
    provable: isProvable,
    sessions: leaks.sessions,
    oldestCreatedAt: isoOf(oldestCreatedAt),
    lowUsd: soFar === null ? null : formatUsd(soFar.low),
    highUsd: soFar === null ? null : formatUsd(soFar.high),
    hourlyLowUsd: anHour === null ? null : formatUsd(anHour.low),
    hourlyHighUsd: anHour === null ? null : formatUsd(anHour.high),
    turnOn: leaks.turnOn,
    text: leaks.text,
  };
}

/** How many sessions were decided how. */
export function countsOf(decided: readonly Decided[]): Readonly<Record<DecisionReason, number>> {
  const counts = Object.fromEntries(decisionReasons.map((reason) => [reason, 0])) as Record<DecisionReason, number>;
  for (const { decision } of decided) counts[decision.reason] += 1;
  return counts;
}
