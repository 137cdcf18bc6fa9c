import type { Usd } from "../kernel/money.ts";

/** A calendar window of UTC, weeks from Monday; or the last so many hours. */
export type BudgetWindow = "day" | "week" | "month" | { readonly hours: number };

/** How much may be spent on what, in which window, and when to tell. */
export interface Budget {
  readonly id: string;
  /** A label, or account, region or interpreter; null for all spend. */
  readonly by: string | null;
  /** Null with `by`: each value has the budget for itself. */
  readonly value: string | null;
  readonly window: BudgetWindow;
  /** Above zero. */
  readonly limit: Usd;
  /** Whole percentages of the limit, rising. The alert level is the highest that was reached; 0 where none was. */
  readonly thresholdsPct: readonly number[];
  /** A level is held until spend is this many percent below its threshold. */
  readonly closePct: number;
}

export const defaultThresholdsPct: readonly number[] = [50, 80, 100];
export const defaultClosePct = 10;
