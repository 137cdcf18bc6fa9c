import type { Paint } from "./style.ts";
import { type Cell, type Column, leastWidths, renderTable, widthOf } from "./table.ts";

/** A column that makes room for others rather than that an amount or an id is cut. */
export interface YieldingColumn extends Column {
  /** Where the table is too wide, columns are left out in this order; those without it never are. */
  readonly yields?: number;
}

/** A table without the columns for which there is no room, and a line that names them. */
export function renderFitting(
  columns: readonly YieldingColumn[],
  rows: readonly (readonly Cell[])[],
  maxWidth: number | null,
  paint: Paint,
): string {
  const places = fittingPlaces(columns, rows, maxWidth);
  const kept = <T>(items: readonly T[]): readonly T[] => items.filter((_, place) => places.has(place));
  const left = columns.filter((_, place) => !places.has(place)).map(({ title }) => title);
  const table = renderTable(kept(columns), rows.map(kept), maxWidth, paint);
  return left.length === 0 ? table : table + noteOf(left, maxWidth ?? Number.POSITIVE_INFINITY);
}

/** In as many lines as it takes. */
function noteOf(left: readonly string[], maxWidth: number): string {
  const lines = [""];
  for (const word of `Left out for lack of room: ${left.join(", ")}.`.split(" ")) {
    const line = lines.at(-1) ?? "";
    if (line === "") lines[lines.length - 1] = word;
    else if (line.length + 1 + word.length <= maxWidth) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${line}\n`).join("");
}

function fittingPlaces(
  columns: readonly YieldingColumn[],
  rows: readonly (readonly Cell[])[],
  maxWidth: number | null,
): ReadonlySet<number> {
  const places = new Set(columns.keys());
  if (maxWidth === null) return places;
  const least = leastWidths(columns, rows);
  const giveWay = columns
    .flatMap(({ yields }, place) => (yields === undefined ? [] : [{ yields, place }]))
    .toSorted((a, b) => a.yields - b.yields);
  for (const { place } of giveWay) {
    if (widthOf(least.filter((_, index) => places.has(index))) <= maxWidth) break;
    places.delete(place);
  }
  return places;
}
