import { type Attribution, attribute, type Labels } from "../attribution/attribution.ts";
import { readInterpreterTags } from "../attribution/interpreter-tags.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import type { WindowSpan } from "../budget/budget-window.ts";
import { addSpend, costWithin, type DatedCost } from "../budget/dated-cost.ts";
import type { SpendPart } from "../budget/spend-by-value.ts";
import { type Target, targetKey } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Documents } from "../ports/documents.ts";

export interface DatedSession extends SessionKey {
  readonly name: string | null;
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
export function spendTally(spans: readonly WindowSpan[], attribution: Attribution, documents: Documents): SpendTally {
  const tallies = spans.map((span) => ({ span, parts: new Map<string, SpendPart>() }));
  const tagsOf = tagReader(documents);
  return {
    add: async (session) => {
      const costs = tallies.flatMap(({ span, parts }) => {
        const spend = costWithin(session.cost, span);
        return spend === null ? [] : [{ parts, spend }];
      });
      if (costs.length === 0) return;
      const { account, region, interpreter, name } = session;
      const tags = (await tagsOf(session)).get(interpreter)?.tags ?? null;
      const labels = attribute(attribution, { account, region, interpreter, name, tags, principal: null });
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

const groupOf = ({ account, region, interpreter }: SessionKey, labels: Labels): string =>
  JSON.stringify([account, region, interpreter, Object.values(labels)]);

type Tags = ReadonlyMap<InterpreterId, { readonly tags: Readonly<Record<string, string>> | null }>;

/** Once for each target, those included that only history knows. */
function tagReader(documents: Documents): (target: Target) => Promise<Tags> {
  const known = new Map<string, Tags>();
  return async ({ account, region }) => {
    const key = targetKey({ account, region });
    const found = known.get(key) ?? (await readInterpreterTags(documents, { account, region })).byInterpreter;
    known.set(key, found);
    return found;
  };
}
