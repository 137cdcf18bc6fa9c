import type { Instant } from "../kernel/instant.ts";
import type { OutgoingEvent } from "../ports/events.ts";
import type { Budget } from "./budget.ts";
import { advanceBudgetAlert, type BudgetAlert, observationOf } from "./budget-alert.ts";
import { budgetEvent } from "./budget-event.ts";
import { type WindowSpan, windowAt } from "./budget-window.ts";
import type { Spend } from "./spend.ts";
import { type SpendPart, spendByValue } from "./spend-by-value.ts";

/** The alert of one budget for one value, as it is remembered. */
export interface BudgetState {
  readonly budget: string;
  /** Null for a budget of all spend. */
  readonly value: string | null;
  readonly alert: BudgetAlert;
}

/** What could be read of the sessions that cost something within a span; null where nothing could. */
export type SpendIn = (span: WindowSpan) => { readonly parts: readonly SpendPart[]; readonly complete: boolean } | null;

export interface BudgetCheck {
  readonly states: readonly BudgetState[];
  readonly events: readonly OutgoingEvent[];
  /** What each budget stands at, for people. */
  readonly spends: readonly {
    readonly budget: string;
    readonly value: string | null;
    readonly window: WindowSpan;
    readonly spend: Spend;
  }[];
}

/**
 * One look at every budget. A budget whose window cannot be read stays as it was; the state of one that is configured no
 * more is dropped, as is that of a value without alert: the next look needs nothing of it.
 */
export function checkBudgets(
  now: Instant,
  budgets: readonly Budget[],
  before: readonly BudgetState[],
  spendIn: SpendIn,
): BudgetCheck {
  const looks = budgets.map((budget) =>
    checkBudget(
      now,
      budget,
      before.filter((state) => state.budget === budget.id),
      spendIn,
    ),
  );
  return {
    states: looks.flatMap((look) => look.states),
    events: looks.flatMap((look) => look.events),
    spends: looks.flatMap((look) => look.spends),
  };
}

function checkBudget(now: Instant, budget: Budget, before: readonly BudgetState[], spendIn: SpendIn): BudgetCheck {
  const window = windowAt(budget.window, now);
  const read = spendIn(window);
  if (read === null) return { states: before, events: [], spends: [] };
  const alerts = new Map(before.map((state) => [state.value, state.alert]));
  const spends = spendByValue(budget, read.parts, read.complete, [...alerts.keys()]);
  const looks = [...spends].map(([value, spend]) => {
    const seen = observationOf(now, window, spend, budget);
    const { alert, transitions } = advanceBudgetAlert(budget, alerts.get(value) ?? null, seen);
    const events = transitions.map((transition) =>
      budgetEvent(now, budget, value, transition, transition.reason === "spend" ? spend : null),
    );
    const states = alert.level === 0 ? [] : [{ budget: budget.id, value, alert }];
    return { states, events, spends: [{ budget: budget.id, value, window, spend }] };
  });
  return {
    states: looks.flatMap((look) => look.states),
    events: looks.flatMap((look) => look.events),
    spends: looks.flatMap((look) => look.spends),
  };
}
