import type { CostFigures } from "../../core/reporting/cost-cells.ts";
import type { CostGroup } from "../../core/reporting/cost-report.ts";
import { decimalText, printedParts, printedTotal } from "../../core/reporting/largest-remainder.ts";

type Amount = "known" | "idle" | "unsplit" | "active" | "peakTax" | "logged";

/** Amounts as they are printed: decimal strings. Those of the groups add up to those of the total, and their parts to them. */
export interface PrintedFigures extends Readonly<Record<Amount, string>> {
  /** Null where no session has a figure, or none is known: that is unknown, and not zero. */
  readonly usd: string | null;
  readonly low: string;
  readonly high: string | null;
  /** Percent of the total, with one decimal. The shares of all groups add up to 100.0; null where the total is nothing. */
  readonly sharePct: string | null;
}

export interface PrintedReport {
  readonly total: PrintedFigures;
  /** In the order of the groups. */
  readonly groups: readonly PrintedFigures[];
}

export function printedFigures(total: CostFigures, groups: readonly CostGroup[], decimals: number): PrintedReport {
  const figures = groups.map((group) => group.figures);
  const partsOf = (amount: "known" | "idle" | "unsplit" | "peakTax" | "logged" | "low"): readonly bigint[] =>
    printedParts(
      figures.map((own) => own[amount]),
      decimals,
    );
  const parts = {
    known: partsOf("known"),
    idle: partsOf("idle"),
    unsplit: partsOf("unsplit"),
    peakTax: partsOf("peakTax"),
    logged: partsOf("logged"),
    low: partsOf("low"),
  };
  const shares = sharesOf(parts.known);
  const printed = (
    units: Readonly<Record<keyof typeof parts, bigint>>,
    own: CostFigures,
    sharePct: string | null,
  ): PrintedFigures => {
    const text = (amount: bigint): string => decimalText(amount, decimals);
    const known = text(units.known);
    return {
      known,
      usd: own.unknownSessions >= own.sessions && units.known === 0n ? null : known,
      idle: text(units.idle),
      unsplit: text(units.unsplit),
      // What is left, so that the three add up.
      active: text(units.known - units.idle - units.unsplit),
      peakTax: text(units.peakTax),
      logged: text(units.logged),
      low: text(units.low),
      high: own.high === null ? null : text(printedTotal(own.high, decimals)),
      sharePct,
    };
  };
  const sum = (list: readonly bigint[]): bigint => list.reduce((all, part) => all + part, 0n);
  const totals = {
    known: sum(parts.known),
    idle: sum(parts.idle),
    unsplit: sum(parts.unsplit),
    peakTax: sum(parts.peakTax),
    logged: sum(parts.logged),
    low: sum(parts.low),
  };
  return {
    total: printed(totals, total, totals.known === 0n ? null : "100.0"),
    groups: figures.map((own, place) => {
      const at = (list: readonly bigint[]): bigint => list[place] ?? 0n;
      const units = {
        known: at(parts.known),
        idle: at(parts.idle),
        unsplit: at(parts.unsplit),
        peakTax: at(parts.peakTax),
        logged: at(parts.logged),
        low: at(parts.low),
      };
      return printed(units, own, shares?.[place] ?? null);
    }),
  };
}

/** Tenths of a percent that add up to 1000. */
function sharesOf(known: readonly bigint[]): readonly string[] | null {
  const total = known.reduce((sum, part) => sum + part, 0n);
  if (total === 0n) return null;
  const parts = known.map((part) => ({ numerator: part * 100n, denominator: total }));
  return printedParts(parts, 1).map((share) => decimalText(share, 1));
}
