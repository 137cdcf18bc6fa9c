import { boundedCost } from "../billing/bounded-cost.ts";
import type { SessionCost } from "../billing/session-cost.ts";
import type { Decided } from "../cleanup/make-plan.ts";
import type { Session } from "../inventory/session.ts";
import { targetKey } from "../inventory/target.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import { formatUsd, sumUsd, type Usd } from "../kernel/money.ts";
import type { Pricing } from "./scan-totals.ts";

/** Sessions of one interpreter that are kept for the same reason: nothing can show whether they are idle. */
export interface UnprovableLeaks {
  readonly account: string;
  readonly region: string;
  readonly interpreter: string;
  /** Which are so many slots of the quota. */
  readonly sessions: number;
  readonly oldestCreatedAt: Instant;
  /** What they cost so far, at least and at most; null where that is not known. */
  readonly lowUsd: string | null;
  readonly highUsd: string | null;
  readonly hourlyLowUsd: string | null;
  readonly hourlyHighUsd: string | null;
  /** What is missing, and what to turn on. */
  readonly message: string;
}

/** The most sessions first. */
export function unprovableLeaks(
  decided: readonly Decided[],
  costOf: (session: Session) => SessionCost | null,
  pricing: Pricing,
  now: Instant,
): readonly UnprovableLeaks[] {
  const kept = decided.filter(({ decision }) => decision.reason === "unprovable");
  const groups = Map.groupBy(kept, ({ facts: { session }, decision }) =>
    JSON.stringify([targetKey(session.target), session.interpreter, missingOf(decision.text)]),
  );
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const sessions = group.map(({ facts }) => facts.session);
      const { account, region } = first.facts.session.target;
      const costs = sessions.map((session) => costOf(session));
      const anHour = boundedCost({
        ...pricing,
        region,
        createdAt: now,
        endedAt: plusMs(now, hourMs),
        asOf: plusMs(now, hourMs),
      });
      return {
        account,
        region,
        interpreter: first.facts.session.interpreter,
        sessions: group.length,
        oldestCreatedAt: sessions.reduce((oldest, { createdAt }) => (createdAt < oldest ? createdAt : oldest), now),
        lowUsd: sumOf(costs.map((cost) => cost?.low ?? null)),
        highUsd: sumOf(costs.map((cost) => cost?.high ?? null)),
        hourlyLowUsd: sumOf(sessions.map(() => anHour.low)),
        hourlyHighUsd: sumOf(sessions.map(() => anHour.high)),
        message: missingOf(first.decision.text),
      };
    })
    .toSorted((a, b) => b.sessions - a.sessions || (a.interpreter < b.interpreter ? -1 : 1));
}

const hourMs = 3_600_000;

/** What is missing is the same for sessions of different ages. */
const missingOf = (text: string): string => text.replace(/^After .+? nothing can show that it is idle: /, "");

const sumOf = (parts: readonly (Usd | null)[]): string | null => {
  const known = parts.flatMap((part) => (part === null ? [] : [part]));
  return known.length === parts.length ? formatUsd(sumUsd(known)) : null;
};
