import type { PriceRow } from "./price-row.ts";

/** Rows from one place: the built-in ones, the configuration, a file. */
export interface PriceLayer {
  /** Named in what people read, for example `built-in` or `prices.json`. */
  readonly origin: string;
  readonly rows: readonly PriceRow[];
}

export interface LayeredPriceRow extends PriceRow {
  /** Of the layer that it comes from. */
  readonly origin: string;
}

/** Lays later layers over earlier ones: a row of the same Region and start replaces, any other is added. By Region, then start. */
export function layerPrices(layers: readonly PriceLayer[]): readonly LayeredPriceRow[] {
  const rows = new Map<string, LayeredPriceRow>();
  for (const { origin, rows: own } of layers) {
    for (const row of own) rows.set(`${row.region}\n${row.startsAt}`, { ...row, origin });
  }
  return [...rows.values()].sort(compareRows);
}

/** By Region as texts compare, so that rows for every Region come first; then by start. */
const compareRows = (a: PriceRow, b: PriceRow): number =>
  a.region === b.region ? a.startsAt - b.startsAt : a.region < b.region ? -1 : 1;
