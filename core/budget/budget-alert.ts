import type { Instant } from "../kernel/instant.ts";
import type { Budget } from "./budget.ts";
import { isRolling, type WindowSpan } from "./budget-window.ts";
import { levelHeld, levelReached, type Spend } from "./spend.ts";

/** What one look at a window saw: the level that spend has reached for certain, and the one that it may still hold. */
export interface BudgetObservation {
  readonly at: Instant;
  readonly window: WindowSpan;
  readonly opens: number;
  /** At least `opens`. Null where spend may be any amount: it holds every level. */
  readonly holds: number | null;
}

/** The remembered state of one budget for one value. */
export interface BudgetAlert {
  /** A percentage of the limit; 0: no threshold is reached. */
  readonly level: number;
  readonly since: Instant;
  /** The last two looks at this window, newest last. */
  readonly recent: readonly BudgetObservation[];
}

/** `window-ended`: the calendar moved on and the budget begins anew; nothing is said of the spend before. */
export interface BudgetTransition {
  readonly from: number;
  readonly to: number;
  readonly reason: "spend" | "window-ended";
  readonly window: WindowSpan;
}

export const observationOf = (at: Instant, window: WindowSpan, spend: Spend, budget: Budget): BudgetObservation => ({
  at,
  window,
  opens: levelReached(spend.low, budget),
  holds: spend.high === null ? null : levelHeld(spend.high, budget),
});

/** Looks in a row that have to find spend lower before a level is left. */
const looksToClose = 2;

/**
 * Takes one look into an alert. A level opens at once, for what is spent for certain is spent; it is left after two looks
 * in a row that no longer hold it. So spend that swings over a threshold opens one alert, and closes it once. A look that
 * did not happen leaves no observation: missing data neither opens nor resolves.
 */
export function advanceBudgetAlert(
  budget: Budget,
  before: BudgetAlert | null,
  seen: BudgetObservation,
): { readonly alert: BudgetAlert; readonly transitions: readonly BudgetTransition[] } {
  // A look that was due earlier and ran late says nothing new.
  if (before?.recent.some((earlier) => earlier.at > seen.at)) return { alert: before, transitions: [] };
  const last = before?.recent.at(-1);
  const ended = last !== undefined && !isRolling(budget.window) && last.window.from < seen.window.from;
  if (before === null || last === undefined || !ended) return within(before, seen);
  const ending: readonly BudgetTransition[] =
    before.level === 0 ? [] : [{ from: before.level, to: 0, reason: "window-ended", window: last.window }];
  const next = within(null, seen);
  return { alert: next.alert, transitions: [...ending, ...next.transitions] };
}

function within(before: BudgetAlert | null, seen: BudgetObservation): ReturnType<typeof advanceBudgetAlert> {
  const from = before?.level ?? 0;
  // A look that is repeated sees the same moment again: it replaces what it saw, and is not a second opinion.
  const recent = [...(before?.recent ?? []).filter((earlier) => earlier.at < seen.at), seen].slice(-looksToClose);
  const to = seen.opens > from ? seen.opens : lowered(from, recent);
  const since = to === from && before !== null ? before.since : seen.at;
  return {
    alert: { level: to, since, recent },
    transitions: to === from ? [] : [{ from, to, reason: "spend", window: seen.window }],
  };
}

function lowered(from: number, recent: readonly BudgetObservation[]): number {
  if (recent.length < looksToClose) return from;
  const held = recent.reduce((most, look) => Math.max(most, look.holds ?? Number.POSITIVE_INFINITY), 0);
  return Math.min(from, held);
}
