import { decimalText, printedParts } from "../../core/reporting/largest-remainder.ts";
import { csvWriter } from "./focus-csv.ts";
import type { ReportContent } from "./report-content.ts";
import { printedFigures } from "./report-figures.ts";

const decimals = 12;

/** The groups as CSV, and a last line with the total, whose dimensions are empty. An empty figure is unknown. */
export function reportCsv({ cost, groups, groupBy, closed }: ReportContent): string {
  const printed = printedFigures(cost.total, groups, decimals);
  const changes = closed === null ? null : printedParts(closed.adjustments, decimals);
  // A label may be called as one of ours: dimensions keep their names, ours come after them with theirs.
  const schema: Readonly<Record<string, string>> = {
    ...Object.fromEntries(groupBy.map((dimension) => [`by_${dimension}`, "text"])),
    ...Object.fromEntries(figureNames.map((name) => [name, "number"])),
    ...(closed === null ? {} : { adjustment_usd: "number" }),
  };
  const csv = csvWriter(schema);
  const rowOf = (values: readonly string[] | null, place: number | null) => {
    const own = place === null ? printed.total : printed.groups[place];
    const figures = place === null ? cost.total : groups[place]?.figures;
    if (own === undefined || figures === undefined) return [];
    const isKnown = own.usd !== null;
    return [
      {
        ...Object.fromEntries(groupBy.map((dimension, index) => [`by_${dimension}`, values?.[index] ?? null])),
        sessions: figures.sessions,
        without_figure: figures.unknownSessions,
        usd: own.usd,
        low_usd: own.low,
        high_usd: own.high,
        idle_usd: isKnown ? own.idle : null,
        active_usd: isKnown ? own.active : null,
        unsplit_usd: isKnown ? own.unsplit : null,
        peak_tax_usd: isKnown ? own.peakTax : null,
        logged_usd: isKnown ? own.logged : null,
        share_pct: own.sharePct,
        ...(changes === null
          ? {}
          : {
              adjustment_usd: decimalText(
                place === null ? changes.reduce((sum, part) => sum + part, 0n) : (changes[place] ?? 0n),
                decimals,
              ),
            }),
      },
    ];
  };
  const lines = [...groups.flatMap(({ values }, place) => rowOf(values, place)), ...rowOf(null, null)];
  return csv.head + csv.rows(lines as readonly Readonly<Record<string, unknown>>[]);
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
