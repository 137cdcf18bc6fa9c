import type { Instant } from "../kernel/instant.ts";

/**
 * One row of history: what one session used of one meter in one hour of UTC at one row of the price book. Columns are
 * named as in FOCUS 1.2 where it has a name for them, and with `x_` where it has none.
 *
 * Money and consumed quantities are integers of 10^-12 here and `DECIMAL(38,12)` in the file. Instants are milliseconds.
 * A bill without charges has one row without a meter, so that a session without a figure is a row and never a zero.
 */
export interface HistoryRow {
  /** Rounded once, half to even, at 12 decimals; null where there is no figure or no price. The exact sum is in `x_Usage`. */
  readonly BilledCost: bigint | null;
  readonly EffectiveCost: bigint | null;
  readonly BillingCurrency: string;
  /** The hour of the charge, half open. */
  readonly ChargePeriodStart: Instant;
  readonly ChargePeriodEnd: Instant;
  readonly SubAccountId: string;
  readonly RegionId: string;
  /** The session. */
  readonly ResourceId: string;
  /** The name that the caller gave it. */
  readonly ResourceName: string | null;
  readonly SkuMeter: HistoryMeter | null;
  /** vCPU-hours or GB-hours, rounded at 12 decimals. */
  readonly ConsumedQuantity: bigint | null;
  readonly ConsumedUnit: string | null;
  readonly ListUnitPrice: bigint | null;
  readonly x_Interpreter: string;
  readonly x_CostBasis: string;
  /** Why a rated figure is not exact; null where it is. */
  readonly x_Approximate: string | null;
  readonly x_Version: number;
  /** With the Region it names the row of the price book; null where the Region had no price. */
  readonly x_PriceStartsAt: Instant | null;
  readonly x_BillingRule: string | null;
  /** vCPU-nanoseconds of the meter `vCPU`, byte-milliseconds of the meter `Memory`: what is charged, exactly. */
  readonly x_Usage: bigint;
  /**
   * The part of `x_Usage` that idle records are charged: 0 for `vCPU`, whose idle cost counts as active. This and the two
   * below are null where the basis is not `rated`: without records nobody knows.
   */
  readonly x_IdleUsage: bigint | null;
  /** The plain sum of what was logged. */
  readonly x_LoggedUsage: bigint | null;
  /** What rule 2026-09 charges above rule 2025-10: 0 for `vCPU`. */
  readonly x_PeakTaxUsage: bigint | null;
  /** Of the charge, so the same in the rows of both its meters: sum them over one meter only. */
  readonly x_Records: number;
  readonly x_MeteredMs: number;
  /** From here on: of the whole bill, so the same in all its rows. */
  readonly x_CreatedAt: Instant | null;
  readonly x_EndedAt: Instant | null;
  readonly x_EndSource: string | null;
  readonly x_GapMs: number;
  readonly x_Duplicates: number;
  readonly x_LateUnverifiable: number;
  readonly x_PeakBytes: number | null;
  readonly x_LowUsd: bigint | null;
  readonly x_HighUsd: bigint | null;
  readonly x_AsOf: Instant;
  readonly x_Final: boolean;
  /** How many charges the bill has, and the first and last hour that its rows lie in: tells a reader when it has all. */
  readonly x_Charges: number;
  readonly x_FirstHourAt: Instant;
  readonly x_LastHourAt: Instant;
  /** What a GB was when the row was written, whatever the setting is now; null in files from before this column. */
  readonly x_BytesPerGb: number | null;
  /** When history got the row, which may be later than `x_AsOf`; null in files from before this column. */
  readonly x_WrittenAt: Instant | null;
}

/** A row that a later version replaced, as it was. */
export interface SupersededRow extends HistoryRow {
  /** Null in files from before this column: on the day of the file, or later. */
  readonly x_SupersededAt: Instant | null;
}

type HistoryMeter = "vCPU" | "Memory";
export type HistoryColumn = keyof HistoryRow;

/** Some columns of a stretch of history, side by side; all have `rows` values. */
export interface HistoryColumns<C extends HistoryColumn> {
  readonly rows: number;
  readonly columns: { readonly [Name in C]: ArrayLike<HistoryRow[Name]> };
}

/** The same of rows that were replaced. */
export interface SupersededColumns {
  readonly rows: number;
  readonly columns: { readonly [Name in keyof SupersededRow]: ArrayLike<SupersededRow[Name]> };
}
