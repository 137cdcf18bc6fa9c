import { amountOf, type CostFigures, type CostSums, figuresOf, sumsOf } from "../../core/reporting/cost-figures.ts";
import { decimalText, printedPartsAt, printedTotal } from "../../core/reporting/largest-remainder.ts";
import type { ReportContent } from "./report-content.ts";

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

/** What is printed, whatever the format. */
type PrintedContent = Pick<ReportContent, "groups"> & { readonly cost: Pick<ReportContent["cost"], "total" | "scale"> };

export interface PrintedReport {
  readonly total: PrintedFigures;
  /** Those of the group at a place, out of its exact figures. */
  readonly groupAt: (place: number, figures: CostFigures) => PrintedFigures;
}

/** Amounts that are rounded among all groups; what is active is what is left. */
type Shared = "known" | "idle" | "unsplit" | "peakTax" | "logged" | "low";

/** Of hundreds of thousands of groups only the units of each amount are held: texts are made as they are asked for. */
export function printedFigures({ cost: { total, scale }, groups }: PrintedContent, decimals: number): PrintedReport {
  const sumsAt = (place: number): CostSums => groups[place]?.sums ?? nothing;
  const nothing = sumsOf([], scale);
  const partsOf = (amount: Shared): readonly bigint[] =>
    printedPartsAt(
      groups.length,
      (place) => (amount === "low" ? figuresOf(sumsAt(place), scale).low : amountOf(sumsAt(place)[amount], scale)),
      decimals,
    );
  const known = partsOf("known");
  const parts: Readonly<Record<Shared, readonly bigint[]>> = {
    known,
    idle: partsOf("idle"),
    unsplit: partsOf("unsplit"),
    peakTax: partsOf("peakTax"),
    logged: partsOf("logged"),
    low: groups.some(({ sums }) => sums.bounds !== null) ? partsOf("low") : known,
  };
  const shares = sharesOf(known);
  const printed = (unitsOf: (amount: Shared) => bigint, own: CostFigures, sharePct: string | null): PrintedFigures => {
    const text = (amount: bigint): string => decimalText(amount, decimals);
    const [units, idle, unsplit] = [unitsOf("known"), unitsOf("idle"), unitsOf("unsplit")];
    const known = text(units);
    return {
      known,
      usd: own.unknownSessions >= own.sessions && units === 0n ? null : known,
      idle: text(idle),
      unsplit: text(unsplit),
      // What is left, so that the three add up.
      active: text(units - idle - unsplit),
      peakTax: text(unitsOf("peakTax")),
      logged: text(unitsOf("logged")),
      low: text(unitsOf("low")),
      high: own.high === null ? null : text(printedTotal(own.high, decimals)),
      sharePct,
    };
  };
  const totalOf = (amount: Shared): bigint => parts[amount].reduce((all, part) => all + part, 0n);
  return {
    total: printed(totalOf, total, totalOf("known") === 0n ? null : "100.0"),
    groupAt: (place, figures) =>
      printed(
        (amount) => parts[amount][place] ?? 0n,
        figures,
        shares === null ? null : decimalText(shares[place] ?? 0n, 1),
      ),
  };
}

/** Tenths of a percent that add up to 1000. */
function sharesOf(known: readonly bigint[]): readonly bigint[] | null {
  const total = known.reduce((sum, part) => sum + part, 0n);
  if (total === 0n) return null;
  return printedPartsAt(known.length, (place) => ({ numerator: (known[place] ?? 0n) * 100n, denominator: total }), 1);
}
