import { amountOf, type CostFigures, type CostSums, figuresOf, sumsOf } from "../../core/reporting/cost-figures.ts";
import { decimalText, printedPartsAt, printedTotal } from "../../core/reporting/largest-remainder.ts";
import { printedSplits } from "./printed-splits.ts";
import type { ReportContent } from "./report-content.ts";

/** Amounts as they are printed: decimal strings. Those of the groups add up to those of the total, and their parts to them. */
export interface PrintedFigures {
  /** Null where no session has a figure, or none is known: that is unknown, and not zero. So are the next five then. */
  readonly usd: string | null;
  readonly unsplit: string | null;
  /** These four are null also where all of the cost was shared out: AWS's metrics say nothing of them. */
  readonly idle: string | null;
  readonly active: string | null;
  readonly peakTax: string | null;
  readonly logged: string | null;
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

/** Amounts of which there is a list, by group. */
type Shared = "known" | "idle" | "unsplit" | "peakTax" | "logged" | "low";

/** Of hundreds of thousands of groups only the units of each amount are held: texts are made as they are asked for. */
export function printedFigures({ cost: { total, scale }, groups }: PrintedContent, decimals: number): PrintedReport {
  const sumsAt = (place: number): CostSums => groups[place]?.sums ?? nothing;
  const nothing = sumsOf([], scale);
  const partsOf = (amount: Exclude<Shared, "idle" | "unsplit">): readonly bigint[] =>
    printedPartsAt(
      groups.length,
      (place) => (amount === "low" ? figuresOf(sumsAt(place), scale).low : amountOf(sumsAt(place)[amount], scale)),
      decimals,
    );
  const known = partsOf("known");
  const parts: Readonly<Record<Shared, readonly bigint[]>> = {
    known,
    ...printedSplits(known, sumsAt, { total, scale, decimals }),
    peakTax: partsOf("peakTax"),
    logged: partsOf("logged"),
    low: groups.some(({ sums }) => sums.bounds !== null) ? partsOf("low") : known,
  };
  const shares = sharesOf(known);
  const printed = (unitsOf: (amount: Shared) => bigint, own: CostFigures, sharePct: string | null): PrintedFigures => {
    const text = (amount: bigint): string => decimalText(amount, decimals);
    const [units, idle, unsplit] = [unitsOf("known"), unitsOf("idle"), unitsOf("unsplit")];
    const isKnown = own.unknownSessions < own.sessions || units !== 0n;
    const isMetered = isKnown && !isSharedOut(own);
    return {
      usd: isKnown ? text(units) : null,
      unsplit: isKnown ? text(unsplit) : null,
      idle: isMetered ? text(idle) : null,
      active: isMetered ? text(units - idle - unsplit) : null,
      peakTax: isMetered ? text(unitsOf("peakTax")) : null,
      logged: isMetered ? text(unitsOf("logged")) : null,
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

/** Whether none of a cost was metered. */
export const isSharedOut = ({ rated, unsplit }: Pick<CostFigures, "rated" | "unsplit">): boolean =>
  rated.numerator === 0n && unsplit.numerator > 0n;

/** Tenths of a percent that add up to 1000. */
function sharesOf(known: readonly bigint[]): readonly bigint[] | null {
  const total = known.reduce((sum, part) => sum + part, 0n);
  if (total === 0n) return null;
  return printedPartsAt(known.length, (place) => ({ numerator: (known[place] ?? 0n) * 100n, denominator: total }), 1);
}
