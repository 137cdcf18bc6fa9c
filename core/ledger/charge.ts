import type { SessionKey } from "../billing/usage-record.ts";
import type { Instant } from "../kernel/instant.ts";

/**
 * What one session is charged for one hour of UTC at one row of the price book, in integers. It is the unit of the ledger
 * and of history: dollars are computed from it, and never stored alone.
 */
export interface Charge {
  /** Start of the hour that the record's timestamp lies in. */
  readonly hourAt: Instant;
  /** Start of the price row in force, which together with the Region names it; null where the Region had no price. */
  readonly priceStartsAt: Instant | null;
  readonly records: number;
  readonly meteredMs: number;
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

/** Where a figure comes from, strongest first. A total has the weakest basis of its parts. */
export type CostBasis = "rated" | "logged" | "allocated" | "bounded";

/** How the end of a session is known. */
export type EndSource = "get" | "list" | "timeout" | "last-record";

/** A session's whole bill as it stands: provisional until its records can no longer change, then closed. */
export interface SessionBill extends SessionKey {
  readonly name: string | null;
  readonly createdAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly endSource: EndSource | null;
  readonly basis: "rated" | "allocated" | "bounded";
  /** Why a rated figure is not exact; null where it is, and for the other bases, which never are. */
  readonly approximate: string | null;
  /** Empty where the basis is `bounded`. */
  readonly charges: readonly Charge[];
  readonly gapMs: number;
  readonly duplicates: number;
  /** Records that came after the seal, and whose source has expired: they are in no figure. */
  readonly lateUnverifiable: number;
  readonly peakBytes: number | null;
  /** Exact bounds where there is no figure: decimal strings of 12 places, or null where the Region has no price. */
  readonly lowUsd: string | null;
  readonly highUsd: string | null;
  readonly asOf: Instant;
  readonly final: boolean;
  /** 1 for the first closing; each restatement adds one. */
  readonly version: number;
}

/** Why and how a closed bill was changed. The figure before it stays readable. */
export interface Restatement extends SessionKey {
  readonly at: Instant;
  readonly version: number;
  readonly reason: "late-records" | "source-reread" | "price-change" | "end-corrected";
  readonly beforeUsd: string | null;
  readonly afterUsd: string | null;
  readonly lateRecords: number;
}
