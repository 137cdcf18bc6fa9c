import { type Budget, type BudgetWindow, defaultClosePct, defaultThresholdsPct } from "../../core/budget/budget.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import type { WrittenBudget } from "./budgets-schema.ts";

/** Budgets that were checked, as core takes them. */
export const budgetsOf = (written: readonly WrittenBudget[]): readonly Budget[] =>
  written.map(({ id, by, value, window, usd, thresholds, closePct }) => ({
    id,
    by: by ?? null,
    value: value ?? null,
    window: windowOf(window),
    limit: parseUsd(usd),
    thresholdsPct: (thresholds ?? defaultThresholdsPct).toSorted((a, b) => a - b),
    closePct: closePct ?? defaultClosePct,
  }));

const windowOf = (text: string): BudgetWindow =>
  text === "day" || text === "week" || text === "month" ? text : { hours: Number.parseInt(text, 10) };
