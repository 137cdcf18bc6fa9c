import type { Budget } from "../../budget/budget.ts";
import { type WindowSpan, windowAt } from "../../budget/budget-window.ts";
import { checkBudgets } from "../../budget/check-budgets.ts";
import { levelReached, type Spend } from "../../budget/spend.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { changeMemory } from "./memory.ts";
import type { SpendInput, SpendPorts } from "./ports.ts";
import { readSpend } from "./sources.ts";

/** Where a budget stands for one value. */
export interface BudgetStanding {
  readonly budget: Budget;
  /** Null for a budget of all spend. */
  readonly value: string | null;
  readonly window: WindowSpan;
  /** Null where what was spent could not be read. */
  readonly spend: Spend | null;
  /** The highest threshold that was reached for certain; 0: none. Null with `spend`. */
  readonly reachedPct: number | null;
  /** What the last look told; it may hold a level that spend is just below. 0: none. */
  readonly toldPct: number;
}

/** Where every budget stands, without telling or remembering anything. Budgets in their order, each value that occurs. */
export async function lookAtBudgets(
  ports: Pick<SpendPorts, "kind" | "registry" | "documents" | "ledger" | "history" | "trail">,
  now: Instant,
  input: Omit<SpendInput, "publish">,
  signal: AbortSignal,
): Promise<{ readonly standings: readonly BudgetStanding[]; readonly problems: readonly Problem[] }> {
  const { budgets } = input;
  if (budgets.length === 0) return { standings: [], problems: [] };
  const documents = { ...ports.documents, write: () => Promise.resolve("written" as const) };
  const reading: SpendPorts = {
    ...ports,
    documents,
    sendEvents: () => Promise.resolve([]),
    // Who started a session is known as far as the last look has followed the trail.
    trail: ports.trail === null ? null : async (_, from) => ({ starts: [], readUntil: from, problems: [] }),
  };
  const { spendIn, problems } = await readSpend(reading, now, { ...input, publish: false }, signal);
  const told = await changeMemory(documents, (before) => ({ after: null, result: before.states }));
  const states = told.result ?? [];
  const { spends } = checkBudgets(now, budgets, states, spendIn);
  const standings = budgets.flatMap((budget): readonly BudgetStanding[] => {
    const toldOf = (value: string | null): number =>
      states.find((state) => state.budget === budget.id && state.value === value)?.alert.level ?? 0;
    const own = spends.filter((it) => it.budget === budget.id);
    if (spendIn(windowAt(budget.window, now)) === null) {
      const { value } = budget;
      return [
        { budget, value, window: windowAt(budget.window, now), spend: null, reachedPct: null, toldPct: toldOf(value) },
      ];
    }
    return own
      .toSorted((a, b) => ((a.value ?? "") < (b.value ?? "") ? -1 : 1))
      .map(({ value, window, spend }) => ({
        ...{ budget, value, window, spend },
        reachedPct: levelReached(spend.low, budget),
        toldPct: toldOf(value),
      }));
  });
  return { standings, problems: [...problems, ...told.problems] };
}
