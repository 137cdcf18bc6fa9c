import type { UsageFigures } from "../billing/usage-figures.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Charge } from "./charge.ts";

/** One step of the staircase: from `at` on the running peak of the session was `peakBytes`, and `ms` were spent on it. */
export interface PeakStep {
  readonly at: Instant;
  readonly peakBytes: number;
  readonly ms: number;
}

/** What is kept of the records that can no longer change: sums, never the records. */
export interface SealedUsage {
  /** Records stamped before this instant are sealed. */
  readonly until: Instant;
  readonly charges: readonly Charge[];
  readonly staircase: readonly PeakStep[];
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  /** Duration of the record that comes last, for the gap to the next one. */
  readonly lastMs: number;
  readonly gapMs: number;
  readonly records: number;
  readonly duplicates: number;
  /** Digests of the sealed records that a source may still deliver again, with their stamps, sorted. */
  readonly digests: readonly (readonly [at: Instant, digest: string])[];
}

/**
 * One session's usage, folded from its records in any order, batch and repetition. `open` are the records that later ones
 * can still change, one by one; `sealed` is all before them. Its size grows with the open stretch alone.
 */
export interface SessionAccount {
  readonly key: SessionKey;
  readonly sealed: SealedUsage | null;
  readonly open: readonly UsageFigures[];
  /** Records older than the seal that are no redelivery: the session has to be rated from its source again. */
  readonly late: readonly UsageFigures[];
  readonly duplicates: number;
}
