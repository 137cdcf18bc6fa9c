import { type CostFigures, figuresOf } from "../../core/reporting/cost-figures.ts";
import { decimalText, printedParts } from "../../core/reporting/largest-remainder.ts";
import { csvWriter } from "./focus-csv.ts";
import type { ReportContent } from "./report-content.ts";
import { type PrintedFigures, printedFigures } from "./report-figures.ts";
import { shownValue } from "./shown-value.ts";

const decimals = 12;

/** Groups whose lines are put together before they are handed on. */
const groupsAtOnce = 64;

/**
 * The groups as CSV, in stretches of text, and a last line with the total, whose dimensions are empty. An empty figure is
 * unknown.
 */
export function* reportCsv(content: ReportContent): Generator<string> {
  const { cost, groups, groupBy, closed } = content;
  const printed = printedFigures(content, decimals);
  const changes = closed === null ? null : printedParts(closed.adjustments, decimals);
  // A label may be called as one of ours: dimensions keep their names, ours come after them with theirs.
  const schema: Readonly<Record<string, string>> = {
    ...Object.fromEntries(groupBy.map((dimension) => [`by_${dimension}`, "text"])),
    ...Object.fromEntries(figureNames.map((name) => [name, "number"])),
    ...(closed === null ? {} : { adjustment_usd: "number" }),
  };
  const csv = csvWriter(schema);
  const rowOf = (values: readonly (string | null)[], figures: CostFigures, own: PrintedFigures, change: bigint) => {
    return {
      ...Object.fromEntries(
        groupBy.map((dimension, index) => [
          `by_${dimension}`,
          index in values ? shownValue(values[index] ?? null) : null,
        ]),
      ),
      sessions: figures.sessions,
      without_figure: figures.unknownSessions,
      usd: own.usd,
      low_usd: own.low,
      high_usd: own.high,
      idle_usd: own.idle,
      active_usd: own.active,
      unsplit_usd: own.unsplit,
      peak_tax_usd: own.peakTax,
      logged_usd: own.logged,
      share_pct: own.sharePct,
      ...(changes === null ? {} : { adjustment_usd: decimalText(change, decimals) }),
    };
  };
  yield csv.head;
  for (let from = 0; from < groups.length; from += groupsAtOnce) {
    const rows = groups.slice(from, from + groupsAtOnce).map(({ values, sums }, index) => {
      const place = from + index;
      const figures = figuresOf(sums, cost.scale);
      return rowOf(values, figures, printed.groupAt(place, figures), changes?.[place] ?? 0n);
    });
    yield csv.rows(rows as readonly Readonly<Record<string, unknown>>[]);
  }
  const change = changes?.reduce((sum, part) => sum + part, 0n) ?? 0n;
  yield csv.rows([rowOf([], cost.total, printed.total, change)] as readonly Readonly<Record<string, unknown>>[]);
}

const figureNames = [
  "sessions",
  "without_figure",
  "usd",
  "low_usd",
  "high_usd",
  "idle_usd",
  "active_usd",
  "unsplit_usd",
  "peak_tax_usd",
  "logged_usd",
  "share_pct",
] as const;
