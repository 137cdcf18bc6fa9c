import type { GbUnit } from "../billing/gigabyte.ts";
import type { BillingRule } from "../billing/price-row.ts";
import type { UsageColumns } from "../billing/usage-columns.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Charge } from "./charge.ts";

/**
 * One session's usage, folded from its records in any order, batch and repetition. `open` are the records that later ones
 * can still change, one by one; `sealed` is all before them. Its size grows with the open stretch alone.
 */
export interface SessionAccount {
  readonly key: SessionKey;
  readonly sealed: SealedUsage | null;
  readonly open: OpenRecords;
  /** Records older than the seal that are no known redelivery: the session has to be rated from its source again. */
  readonly late: LateRecords;
  /** Late records whose source could not be read any more: counted, never added. */
  readonly lateUnverifiable: number;
  /** Redeliveries that were recognised outside `open`, which may still hold some. */
  readonly duplicates: number;
}

/** What is kept of the records that can no longer change: sums, never the records. */
export interface SealedUsage {
  /** Records stamped before this instant are sealed. */
  readonly until: Instant;
  /** In the order of time. The one-second minimum is not applied: it belongs to the whole session. */
  readonly charges: readonly SealedCharge[];
  /** Where the running peak of memory goes on from, exact; null before the first memory level. */
  readonly peakBytes: number | null;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Duration of the record that comes last, for the gap to the next one. */
  readonly lastMs: number;
  readonly gapMs: number;
  /** With what the sums were made: they cannot be made anew under another setting. */
  readonly gb: GbUnit;
  readonly idleVcpu: number;
  readonly digests: RecordDigests;
}

/** A charge, with what tells whether the price book still says the same of its records. */
export interface SealedCharge extends Charge {
  readonly rule: BillingRule;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
}

/** Columns that grow at their end. Repeats and disorder stay in them until there are too many. */
export interface OpenRecords extends UsageColumns {
  /** The first so many rows are distinct and in order. */
  readonly settled: number;
  /** How many rows of the arrays are taken, by this account or a later one that shares them: only their owner appends in place. */
  readonly taken: { rows: number };
}

export interface LateRecords {
  /** Distinct, in the order of the rule; no more than 256 are held. */
  readonly records: readonly UsageFigures[];
  /** Deliveries beyond those that are held, redeliveries of them included. */
  readonly unheld: number;
  /** So many more records than the account a count found at the source. */
  readonly counted: number;
}

/** Digests of the sealed records that a source may still deliver again, sorted by stamp. */
export interface RecordDigests {
  /** Of records stamped before this instant no digest is kept: a redelivery and a late record look the same. */
  readonly since: Instant;
  readonly at: Float64Array;
  /** The halves of the 64 bits. */
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}
