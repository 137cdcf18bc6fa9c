import { startOfDay, startOfMonth, startOfWeek } from "../kernel/calendar.ts";
import { type Instant, instant, plusMs } from "../kernel/instant.ts";
import type { BudgetWindow } from "./budget.ts";

/** Half-open: `until` is not part of it. */
export interface WindowSpan {
  readonly from: Instant;
  readonly until: Instant;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/**
 * The window that `now` lies in; for rolling hours, the one that ends at `now`. Charges are kept by the hour, so it begins
 * with the first hour that is wholly in it: what is spent in it is spent in that time for certain.
 */
export function windowAt(window: BudgetWindow, now: Instant): WindowSpan {
  switch (window) {
    case "day":
      return { from: startOfDay(now), until: plusMs(startOfDay(now), dayMs) };
    case "week":
      return { from: startOfWeek(now), until: plusMs(startOfWeek(now), 7 * dayMs) };
    case "month":
      return { from: startOfMonth(now), until: startOfMonth(now, 1) };
    default:
      return { from: instant(Math.ceil(now / hourMs - window.hours) * hourMs), until: now };
  }
}

/** A rolling window moves at each look: nothing ends but by spend. */
export const isRolling = (window: BudgetWindow): boolean => typeof window === "object";
