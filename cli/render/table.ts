import stringWidth from "string-width";
import { safeText } from "./safe-text.ts";
import type { Paint, Style } from "./style.ts";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
  /** May be cut down to this width where the table is too wide; columns are cut from the last on. */
  readonly shrinkTo?: number;
}

export interface Cell {
  /** Any text: it is made harmless here. */
  readonly text: string;
  readonly style?: Style;
}

const gap = "  ";

/** A table of harmless text; `maxWidth` null: as wide as it is. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  maxWidth: number | null,
  paint: Paint,
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
  const body = texts.map((cells, row) => line(cells, (index) => rows[row]?.[index]?.style ?? "plain"));
  return [header, ...body].map((text) => `${text}\n`).join("");
}

/** How wide the table is at least without a cut of what must not be cut. */
export function leastWidth(columns: readonly Column[], rows: readonly (readonly Cell[])[]): number {
  const texts = rows.map((row) => row.map((cell) => safeText(cell.text)));
  return naturalWidths(columns, texts).reduce(
    (sum, width, index) => sum + Math.min(width, columns[index]?.shrinkTo ?? width),
    gap.length * (columns.length - 1),
  );
}

const naturalWidths = (columns: readonly Column[], rows: readonly (readonly string[])[]): readonly number[] =>
  columns.map((column, index) =>
    rows.reduce((width, row) => Math.max(width, stringWidth(row[index] ?? "")), stringWidth(column.title)),
  );

function fitted(columns: readonly Column[], natural: readonly number[], maxWidth: number | null): readonly number[] {
  if (maxWidth === null) return natural;
  const total = natural.reduce((sum, width) => sum + width, gap.length * (columns.length - 1));
  let excess = total - maxWidth;
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
