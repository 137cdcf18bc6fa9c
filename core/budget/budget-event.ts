import { type Instant, isoOf } from "../kernel/instant.ts";
import { formatUsd } from "../kernel/money.ts";
import type { OutgoingEvent } from "../ports/events.ts";
import type { Budget, BudgetWindow } from "./budget.ts";
import type { BudgetTransition } from "./budget-alert.ts";
import { isRolling } from "./budget-window.ts";
import { type Spend, usedPct } from "./spend.ts";

/** Raised when the detail loses a member or gives one another meaning; new members do not raise it. */
const detailVersion = "1";

/**
 * A budget reached a threshold, or left one. Published as docs/events/budget-level-changed.schema.json. The id follows from
 * what happened, so that a pass that is run again sends the same event. `spend` is of the window of the transition; null
 * where that window has ended, and what was spent in it is no longer looked at.
 */
export function budgetEvent(
  now: Instant,
  budget: Budget,
  value: string | null,
  transition: BudgetTransition,
  spend: Spend | null,
): OutgoingEvent {
  const { from, to, reason, window } = transition;
  const windowName = isRolling(budget.window) ? windowText(budget.window) : isoOf(window.from);
  const of = value === null ? "all" : `=${encodeURIComponent(value)}`;
  const id = `budget/${budget.id}/${of}/${windowName}/${from}-${to}/${isoOf(now)}`;
  return {
    id,
    at: now,
    detailType: "Budget Level Changed",
    detail: {
      version: detailVersion,
      id,
      budget: budget.id,
      by: budget.by,
      value,
      window: { kind: windowText(budget.window), from: isoOf(window.from), until: isoOf(window.until) },
      from,
      to,
      reason,
      limitUsd: formatUsd(budget.limit),
      knownUsd: spend === null ? null : formatUsd(spend.known),
      lowUsd: spend === null ? null : formatUsd(spend.low),
      highUsd: spend === null || spend.high === null ? null : formatUsd(spend.high),
      usedAtLeastPct: spend === null ? null : usedPct(spend.low, budget.limit),
      sessions: spend?.sessions ?? null,
      unknownSessions: spend?.unknownSessions ?? null,
      asOf: isoOf(now),
      action: actionOf(transition),
      runbook: `docs/runbook.md#${to > from ? "budget-reached" : "budget-is-kept-again"}`,
    },
  };
}

/** `day`, `week`, `month`, or `24h`. */
export const windowText = (window: BudgetWindow): string => (typeof window === "string" ? window : `${window.hours}h`);

function actionOf({ from, to, reason }: BudgetTransition): string {
  if (reason === "window-ended") return "Nothing: a new window has begun.";
  if (to < from) return "Nothing: spend is lower again.";
  return to >= 100
    ? "The budget is spent: see which sessions cost most (`sandmeter report`), and stop those that nobody uses."
    : "See which sessions cost most (`sandmeter report`) before the budget is spent.";
}
