import { priceRowKeys, priceRowOf, pricesFileSchema } from "../../adapters/config/price-rows-schema.ts";
import type { PriceRow } from "../../core/billing/price-row.ts";
import { safeText } from "../render/safe-text.ts";
import { issueProblems, type KnownKeys } from "./issue-problems.ts";
import { locateText } from "./locate.ts";

export type ParsedPrices =
  | { readonly ok: true; readonly rows: readonly PriceRow[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the text of a price file (docs/schemas/prices.schema.json); every problem at once, each with its line. */
export function parsePrices(text: string, file: string): ParsedPrices {
  const located = locateText(text, file);
  if (!located.ok) return located;
  const parsed = pricesFileSchema.safeParse(located.value);
  if (parsed.success) return { ok: true, rows: parsed.data.rows.map(priceRowOf) };
  const problems = parsed.error.issues.flatMap((issue) => issueProblems(issue, knownKeys, located.at));
  return { ok: false, problems: problems.map(safeText) };
}

const knownKeys: KnownKeys = [
  { path: /^$/, keys: ["$schema", "rows"] },
  { path: /^rows\[\d+\]$/, keys: priceRowKeys },
];
