import type { Attribution, Labels } from "../../attribution/attribution.ts";
import { sessionLabeller } from "../../attribution/label-sessions.ts";
import type { RememberedPrincipals } from "../../attribution/remembered-principals.ts";
import type { SessionKey } from "../../billing/usage-record.ts";
import type { WindowSpan } from "../../budget/budget-window.ts";
import { addSpend, costWithin, type DatedCost } from "../../budget/dated-cost.ts";
import type { SpendPart } from "../../budget/spend-by-value.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import type { Documents } from "../../ports/documents.ts";
import { asksForPrincipals } from "./trail.ts";

export interface DatedSession extends SessionKey {
  readonly name: string | null;
  readonly createdAt: Instant | null;
  readonly cost: DatedCost;
}

export interface SpendTally {
  readonly add: (session: DatedSession) => Promise<void>;
  readonly partsOf: (span: WindowSpan) => readonly SpendPart[];
}

/**
 * Adds sessions up for several windows at once, so that history is read once whatever the number of budgets. It grows with
 * the labels that occur, not with the sessions.
 */
export function spendTally(
  spans: readonly WindowSpan[],
  attribution: Attribution,
  documents: Documents,
  principalOf: RememberedPrincipals["principalOf"],
): SpendTally {
  const tallies = spans.map((span) => ({ span, parts: new Map<string, SpendPart>() }));
  const asks = asksForPrincipals(attribution);
  const labelsOf = sessionLabeller(attribution, documents, (session: DatedSession) =>
    asks ? principalOf({ ...session, beganAt: beganAt(session.cost) }) : null,
  );
  return {
    add: async (session) => {
      const costs = tallies.flatMap(({ span, parts }) => {
        const spend = costWithin(session.cost, span);
        return spend === null ? [] : [{ parts, spend }];
      });
      if (costs.length === 0) return;
      const { account, region, interpreter } = session;
      const labels = await labelsOf(session);
      const group = groupOf(session, labels);
      for (const { parts, spend } of costs) {
        const before = parts.get(group);
        parts.set(
          group,
          before === undefined
            ? { account, region, interpreter, labels, spend }
            : { ...before, spend: addSpend(before.spend, spend) },
        );
      }
    },
    partsOf: (span) => [...(tallies.find((tally) => isSame(tally.span, span))?.parts.values() ?? [])],
  };
}

export const isSame = (a: WindowSpan, b: WindowSpan): boolean => a.from === b.from && a.until === b.until;

const beganAt = (cost: DatedCost): Instant =>
  cost.kind === "bounded" ? cost.from : instant(Math.min(...cost.hours.map(({ hourAt }) => hourAt)));

const groupOf = ({ account, region, interpreter }: SessionKey, labels: Labels): string =>
  JSON.stringify([account, region, interpreter, Object.values(labels)]);
