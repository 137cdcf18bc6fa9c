import type { Savings } from "../../core/cleanup/savings/savings.ts";
import type { UsdBounds } from "../../core/cleanup/savings/savings-rate.ts";
import { subtractUsd } from "../../core/kernel/money.ts";
import { printedParts, printedTotal } from "../../core/reporting/largest-remainder.ts";
import type { RegretCounts, SavingsReport } from "../../core/reporting/savings-report.ts";

/** In units of the last decimal. */
export interface PrintedBounds {
  readonly low: bigint;
  readonly high: bigint;
}

export interface PrintedSavings {
  readonly gross: PrintedBounds;
  readonly regrets: PrintedBounds;
  readonly saved: PrintedBounds;
  /** In none of the others. */
  readonly chosen: PrintedBounds;
}

export interface PrintedReport {
  readonly groups: readonly PrintedSavings[];
  readonly total: PrintedSavings;
  /** Null where it, or what the stops saved, is not known. */
  readonly monitor: bigint | null;
  readonly net: PrintedBounds | null;
}

/**
 * Figures that add up as they are printed: groups to the total, and what was saved and regretted to the gross. A low bound and what
 * the high one is above it are shared out apart, so that no rounding puts one above the other.
 */
export function printedSavings({ groups, total, monitorUsd }: SavingsReport, decimals: number): PrintedReport {
  const of = (pick: (savings: Savings) => UsdBounds): readonly PrintedBounds[] => {
    const bounds = groups.map(({ savings }) => pick(savings));
    const lows = printedParts(
      bounds.map(({ low }) => low),
      decimals,
    );
    const widths = printedParts(
      bounds.map(({ low, high }) => subtractUsd(high, low)),
      decimals,
    );
    return lows.map((low, place) => ({ low, high: low + (widths[place] ?? 0n) }));
  };
  const [saved, regrets] = [of(({ kept }) => kept), of(({ regrets: own }) => own)];
  const chosen = of(({ chosen: { memory } }) => memory);
  const sum = (parts: readonly PrintedBounds[]): PrintedBounds => parts.reduce(plus, { low: 0n, high: 0n });
  const wholeOf = (a: PrintedBounds, b: PrintedBounds, c: PrintedBounds): PrintedSavings => ({
    gross: plus(a, b),
    regrets: b,
    saved: a,
    chosen: c,
  });
  const none: PrintedBounds = { low: 0n, high: 0n };
  const whole = wholeOf(sum(saved), sum(regrets), sum(chosen));
  const monitor = monitorUsd === null ? null : printedTotal(monitorUsd, decimals);
  const isKnown = monitor !== null && hasFigure(total);
  return {
    groups: groups.map((_, place) => wholeOf(saved[place] ?? none, regrets[place] ?? none, chosen[place] ?? none)),
    total: whole,
    monitor,
    net: isKnown ? { low: whole.saved.low - monitor, high: whole.saved.high - monitor } : null,
  };
}

/** False where there are stops, and not one of them has a figure: that is not nothing. */
export const hasFigure = ({ stops, unknown }: Pick<Savings, "stops" | "unknown">): boolean =>
  stops === 0 || unknown < stops;

/** False where there are stops, and it was judged of none of them whether it was regretted: that is not none. */
export const isRegretKnown = ({ stops }: Pick<Savings, "stops">, { judged }: RegretCounts): boolean =>
  stops === 0 || judged > 0;

const plus = (a: PrintedBounds, b: PrintedBounds): PrintedBounds => ({ low: a.low + b.low, high: a.high + b.high });
