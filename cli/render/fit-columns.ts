import type { Paint } from "./style.ts";
import { type Cell, type Column, leastWidths, renderTable, widthOf } from "./table.ts";
import { wordLines } from "./word-lines.ts";

/** A column that makes room for others rather than that an amount or an id is cut. */
export interface YieldingColumn extends Column {
  /** Where the table is too wide, columns make room in this order; those without it never do. */
  readonly yields?: number;
  /** It makes room by going below its row, whole, instead of being left out. */
  readonly under?: boolean;
  /** It is the first to make room where it says the same in every row: that is said once, below the table. */
  readonly folds?: boolean;
}

type Rows = readonly (readonly Cell[])[];

/** A table without the columns for which there is no room; what they say is below their rows, said once, or named as left out. */
export function renderFitting(
  columns: readonly YieldingColumn[],
  rows: Rows,
  maxWidth: number | null,
  paint: Paint,
): string {
  const width = maxWidth ?? Number.POSITIVE_INFINITY;
  const { kept, folded, below, left } = fitting(columns, rows, maxWidth);
  const keptOf = <T>(items: readonly T[]): readonly T[] => items.filter((_, place) => kept.has(place));
  const textOf = (place: number, row: readonly Cell[]): string =>
    `${columns[place]?.title.toLowerCase() ?? ""} ${row[place]?.text ?? ""}`;
  const notes = rows.map((row) =>
    below.length === 0 ? [] : wordLines(below.map((place) => textOf(place, row)).join("; "), width, "    "),
  );
  const sentences = [
    ...(folded.length === 0
      ? []
      : [`Of all of these: ${folded.map((place) => textOf(place, rows[0] ?? [])).join(", ")}.`]),
    ...(left.length === 0
      ? []
      : [`Left out for lack of room: ${left.map((place) => columns[place]?.title).join(", ")}.`]),
  ];
  const table = renderTable(keptOf(columns), rows.map(keptOf), maxWidth, paint, notes);
  return table + sentences.flatMap((text) => wordLines(text, width).map((line) => `${line}\n`)).join("");
}

/** The places of the columns that stay, and of those that make room, in the order of the columns. */
function fitting(columns: readonly YieldingColumn[], rows: Rows, maxWidth: number | null) {
  const kept = new Set(columns.keys());
  const gone = { folded: [] as number[], below: [] as number[], left: [] as number[] };
  const least = leastWidths(columns, rows);
  const isTooWide = (): boolean => maxWidth !== null && widthOf(least.filter((_, place) => kept.has(place))) > maxWidth;
  const giveWay = [
    ...[...columns.entries()].flatMap(([place, { folds }]) =>
      folds === true && isConstant(rows, place) ? [{ place, to: gone.folded }] : [],
    ),
    ...[...columns.entries()]
      .toSorted(([, a], [, b]) => (a.yields ?? 0) - (b.yields ?? 0))
      .flatMap(([place, { yields, under }]) =>
        yields === undefined ? [] : [{ place, to: under === true ? gone.below : gone.left }],
      ),
  ];
  for (const { place, to } of giveWay) {
    if (!isTooWide()) break;
    if (kept.delete(place)) to.push(place);
  }
  const inOrder = (places: readonly number[]): readonly number[] => places.toSorted((a, b) => a - b);
  return { kept, folded: inOrder(gone.folded), below: inOrder(gone.below), left: inOrder(gone.left) };
}

const isConstant = (rows: Rows, place: number): boolean => new Set(rows.map((row) => row[place]?.text)).size === 1;
