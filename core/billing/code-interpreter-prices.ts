import { instantOfIso } from "../kernel/calendar.ts";
import { region } from "../kernel/ids.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import data from "./code-interpreter-prices.json" with { type: "json" };
import { billingRules, type PriceRow } from "./price-row.ts";

/** 2025-07-16T00:00:00Z: the free preview begins; nothing was metered before. */
export const previewStartedAt: Instant = instant(1_752_624_000_000);

/**
 * The built-in rows of the price book for Code Interpreter: one pair of rates for all commercial Regions, one of its own
 * for GovCloud. Other Regions that have the built-in tools list no price. The file has the shape of every price file.
 */
export const codeInterpreterPrices: readonly PriceRow[] = data.rows.map((row) => {
  const startsAt = instantOfIso(row.startsAt);
  const rule = billingRules.find((known) => known === row.rule);
  if (startsAt === null || rule === undefined) throw new RangeError(`the built-in price of ${row.region} is damaged`);
  return { ...row, region: region(row.region), startsAt, rule };
});
