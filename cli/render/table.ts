import stringWidth from "string-width";
import { safeText } from "./safe-text.ts";
import type { Paint, Style } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be cut down to this width where the table is too wide; columns are cut from the last on. */
  readonly shrinkTo?: number;
  /** What is too long goes on in the next line instead of being cut. */
  readonly wraps?: boolean;
}

export interface Cell {
  /** Any text: it is made harmless here. */
  readonly text: string;
  readonly style?: Style;
}

const gap = "  ";

/** A table of harmless text; `maxWidth` null: as wide as it is. `below`: lines of harmless text after each row. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  maxWidth: number | null,
  paint: Paint,
  below: readonly (readonly string[])[] = [],
): string {
  const texts = rows.map((row) => row.map((cell) => safeText(cell.text)));
  const widths = fitted(columns, naturalWidths(columns, texts), maxWidth);
  const line = (cells: readonly string[], style: (index: number) => Style): string =>
    cells
      .map((text, index) => paint(padded(text, widths[index] ?? 0, columns[index]?.align ?? "left"), style(index)))
      .join(gap)
      .trimEnd();
  const header = line(
    columns.map((column) => column.title),
    () => "bold",
  );
  const body = texts.flatMap((cells, row) => [
    ...linesOf(cells, columns, widths).map((own) => line(own, (index) => rows[row]?.[index]?.style ?? "plain")),
    ...(below[row] ?? []),
  ]);
  return [header, ...body].map((text) => `${text}\n`).join("");
}

/** How wide each column is at least without a cut of what must not be cut. */
export function leastWidths(columns: readonly Column[], rows: readonly (readonly Cell[])[]): readonly number[] {
  const texts = rows.map((row) => row.map((cell) => safeText(cell.text)));
  return naturalWidths(columns, texts).map((width, index) => Math.min(width, columns[index]?.shrinkTo ?? width));
}

/** How wide a table of columns of these widths is. */
export const widthOf = (widths: readonly number[]): number =>
  widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));

/** The cells of a row, line by line: as many lines as the longest of those that wrap takes. */
function linesOf(
  cells: readonly string[],
  columns: readonly Column[],
  widths: readonly number[],
): readonly (readonly string[])[] {
  const wrapped = cells.map((text, index) =>
    columns[index]?.wraps === true ? wrap(text, Math.max(2, widths[index] ?? 0)) : [text],
  );
  const height = Math.max(1, ...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, place) => wrapped.map((lines) => lines[place] ?? ""));
}

/** Breaks within words too: names have no spaces to break at. */
function wrap(text: string, width: number): readonly string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const size = stringWidth(segment);
    if (used + size > width && line !== "") {
      lines.push(line);
      line = "";
      used = 0;
    }
    line += segment;
    used += size;
  }
  return [...lines, line];
}

const naturalWidths = (columns: readonly Column[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map((column, index) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[index] ?? "")), stringWidth(column.title)),
  );

function fitted(columns: readonly Column[], natural: readonly number[], maxWidth: number | null): readonly number[] {
  if (maxWidth === null) return natural;
  let excess = widthOf(natural) - maxWidth;
  const widths = [...natural];
  // First what may be cut; on a terminal that is narrower still, the columns on the right, so that no line ever breaks.
  const leasts = [columns.map((column) => column.shrinkTo ?? Number.POSITIVE_INFINITY), columns.map(() => 1)];
  for (const least of leasts) {
    for (let index = columns.length - 1; index >= 0; index--) {
      const width = widths[index] ?? 0;
      const cut = Math.max(0, Math.min(excess, width - (least[index] ?? 0)));
      widths[index] = width - cut;
      excess -= cut;
    }
  }
  return widths;
}

function padded(text: string, width: number, align: "left" | "right"): string {
  const cut = cutTo(text, width);
  const space = " ".repeat(Math.max(0, width - stringWidth(cut)));
  return align === "right" ? space + cut : cut + space;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** At most `width` columns; what is cut off is shown as an ellipsis. Never cuts within a character that a reader sees as one. */
export function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let kept = "";
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const size = stringWidth(segment);
    if (used + size > width - 1) break;
    kept += segment;
    used += size;
  }
  return `${kept}…`;
}
