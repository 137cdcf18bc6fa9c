import * as z from "zod";
import { type PriceBook, priceBookOf } from "../../core/billing/price-book.ts";
import type { PriceRow } from "../../core/billing/price-row.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import type { WrittenRule } from "./attribution-schema.ts";
import type { WrittenBudget } from "./budgets-schema.ts";
import type { WrittenCleanup } from "./cleanup-schema.ts";
import type { WrittenPolicyFile } from "./policy-schema.ts";
import { priceRowOf, priceRowsSchema, type WrittenPriceRow } from "./price-rows-schema.ts";
import type { StoredPlace } from "./stored-place.ts";
import { placeOf, type UsageSettings, usageOf, type WrittenUsage } from "./usage-of.ts";
import { placeSchema, usageSchema } from "./usage-schema.ts";

/**
 * What the functions of a deployment go by: sections of a configuration as they are written there, with all of its prices.
 * A file beside the functions' code, because an environment has 4 KB and what is beside the code cannot differ from it.
 */
export interface DeployedConfiguration {
  /** Every row, the built-in ones too. */
  readonly prices: readonly WrittenPriceRow[];
  readonly usage: WrittenUsage;
  /** A bucket with data events of a trail, as `s3://bucket/prefix`. */
  readonly trail?: string;
  readonly attribution: readonly WrittenRule[];
  readonly budgets: readonly WrittenBudget[];
  /** Where clean-up is deployed, with its policies. */
  readonly cleanup?: WrittenCleanup;
  readonly policies?: WrittenPolicyFile;
}

/** Its name, beside the functions' code. */
export const deployedFile = "sandmeter.json";

const pricingSchema = z.object({ prices: priceRowsSchema, usage: usageSchema });
const trailSchema = z.object({ trail: placeSchema.optional() });

/** What a scan needs of it, without the engine of patterns that rules need. Throws where it is not what was deployed. */
export function deployedPricing(read: unknown): { readonly prices: PriceBook; readonly usage: UsageSettings } {
  const { prices, usage } = pricingSchema.parse(read);
  return { prices: priceBookOf(prices.map(priceRowOf)), usage: usageOf(usage) };
}

/** Where data events are that say who started a session; null: nowhere. Throws where it is not what was deployed. */
export const deployedTrail = (read: unknown): StoredPlace | null => placeOf(trailSchema.parse(read).trail);

/** A row as a file has it. */
export const writtenPriceRow = (row: PriceRow): WrittenPriceRow => ({
  region: row.region,
  startsAt: isoOf(row.startsAt),
  usdPerVcpuHour: row.usdPerVcpuHour,
  usdPerGbHour: row.usdPerGbHour,
  rule: row.rule,
  ...(row.source === undefined ? {} : { source: row.source }),
});
