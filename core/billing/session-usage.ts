import type { Instant } from "../kernel/instant.ts";
import type { PricePeriod } from "./price-book.ts";

/** What one session used within one row of the price book, in integers. Memory is in bytes × milliseconds. */
export interface UsagePart {
  /** Null where the Region had no price. */
  readonly period: PricePeriod | null;
  readonly vcpuNs: bigint;
  /** What the rule charges. */
  readonly byteMs: bigint;
  /** The share of `byteMs` charged on idle records. */
  readonly idleByteMs: bigint;
  /** The plain sum of the logged GB-hours, with no floor and no peak. */
  readonly loggedByteMs: bigint;
  /** Memory by rule 2026-09 less memory by rule 2025-10. */
  readonly peakTaxByteMs: bigint;
}

/** One session, metered from its usage records. */
export interface SessionUsage {
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Distinct records. */
  readonly records: number;
  /** Records that were delivered more than once, less one each. */
  readonly duplicates: number;
  readonly meteredMs: number;
  readonly gapMs: number;
  /** The largest memory level; null where no record was long enough to have one. */
  readonly peakBytes: number | null;
  /** In the order of the price book. */
  readonly parts: readonly UsagePart[];
}
