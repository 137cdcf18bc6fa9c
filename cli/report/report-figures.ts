import { subtractUsd, type Usd, zeroUsd } from "../../core/kernel/money.ts";
import { costCell } from "../../core/reporting/cost-cells.ts";
import {
  amountOf,
  type CostFigures,
  type CostSums,
  figuresOf,
  type GbScale,
  sumsOf,
} from "../../core/reporting/cost-figures.ts";
import type { TopSession } from "../../core/reporting/cost-top.ts";
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
  /**
   * Percent of the total, with one decimal, of the exact amounts. The shares of all groups add up to 100.0; null where the total
   * is nothing, or no cost is known.
   */
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
  const partsOf = (amount: "known" | "peakTax" | "logged"): readonly bigint[] =>
    printedPartsAt(groups.length, (place) => amountOf(sumsAt(place)[amount], scale), decimals);
  const known = partsOf("known");
  // Beside the known cost as it is printed: what a group costs at least is never less than what it is known to cost.
  const leastMore = (): readonly bigint[] =>
    printedPartsAt(groups.length, (place) => sumsAt(place).bounds?.low ?? zeroUsd, decimals);
  const parts: Readonly<Record<Shared, readonly bigint[]>> = {
    known,
    ...printedSplits(known, sumsAt, { total, scale, decimals }),
    peakTax: partsOf("peakTax"),
    logged: partsOf("logged"),
    low: groups.some(({ sums }) => sums.bounds !== null) ? sumsOfEach(known, leastMore()) : known,
  };
  const shares = sharesOf(groups.length, (place) => sumsAt(place).known);
  const printed = (unitsOf: (amount: Shared) => bigint, own: CostFigures, sharePct: string | null): PrintedFigures => {
    const text = (amount: bigint): string => decimalText(amount, decimals);
    const [units, idle, unsplit] = [unitsOf("known"), unitsOf("idle"), unitsOf("unsplit")];
    const isKnown = own.unknownSessions < own.sessions || own.known.numerator !== 0n;
    const low = unitsOf("low");
    const isMetered = isKnown && !isSharedOut(own);
    return {
      usd: isKnown ? text(units) : null,
      unsplit: isKnown ? text(unsplit) : null,
      idle: isMetered ? text(idle) : null,
      active: isMetered ? text(units - idle - unsplit) : null,
      peakTax: isMetered ? text(unitsOf("peakTax")) : null,
      logged: isMetered ? text(unitsOf("logged")) : null,
      low: text(low),
      high: own.high === null ? null : text(highUnits(own.high, own.known, units, low, decimals)),
      sharePct: isKnown ? sharePct : null,
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

const sumsOfEach = (a: readonly bigint[], b: readonly bigint[]): readonly bigint[] =>
  a.map((units, place) => units + (b[place] ?? 0n));

/** At most: the known cost as it is printed, and what may come to it; never less than what it costs at least. */
function highUnits(high: Usd, known: Usd, units: bigint, low: bigint, decimals: number): bigint {
  const most = units + printedTotal(subtractUsd(high, known), decimals);
  return most < low ? low : most;
}

/** Whether none of a cost was metered. */
export const isSharedOut = ({ rated, unsplit }: Pick<CostFigures, "rated" | "unsplit">): boolean =>
  rated.numerator === 0n && unsplit.numerator > 0n;

/** Tenths of a percent that add up to 1000. */
function sharesOf(count: number, knownAt: (place: number) => bigint): readonly bigint[] | null {
  let denominator = 0n;
  for (let place = 0; place < count; place += 1) denominator += knownAt(place);
  if (denominator === 0n) return null;
  return printedPartsAt(count, (place) => ({ numerator: knownAt(place) * 100n, denominator }), 1);
}

/** What one of the sessions that cost most cost, exactly; `idle` is null where nobody knows it. */
export function figuresOfTop(
  { facts, usage }: TopSession,
  scale: GbScale,
): { readonly known: Usd; readonly idle: Usd | null } {
  const { known, idle } = figuresOf(sumsOf([{ ...costCell(facts.basis), usage }], scale), scale);
  return { known, idle: facts.basis === "rated" ? idle : null };
}
