import { type Region, region } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";

/**
 * The published wordings of the memory rule, named after the month they were read in.
 * `2025-10`: a record is charged at its own level. `2026-09`: at the highest level of its session so far.
 */
export type BillingRule = "2025-10" | "2026-09";

export const billingRules: readonly BillingRule[] = ["2025-10", "2026-09"];

/** The Region of a row that holds wherever a Region has no row of its own in force. */
export const everyRegion: Region = region("*");

/** What a sandbox costs in one Region from one instant on, until the Region's next row. A new price or rule is a new row. */
export interface PriceRow {
  /** Or `everyRegion`. */
  readonly region: Region;
  /** A whole second in UTC. */
  readonly startsAt: Instant;
  /** Decimal strings, US dollars. */
  readonly usdPerVcpuHour: string;
  readonly usdPerGbHour: string;
  readonly rule: BillingRule;
  /** Where the row was read, for people. */
  readonly source?: string;
}
