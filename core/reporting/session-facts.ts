import type { GbUnit } from "../billing/gigabyte.ts";
import type { Instant } from "../kernel/instant.ts";
import type { CostBasis } from "../ledger/charge.ts";
import type { Meter } from "./cost-cells.ts";

/** What a report knows of one session beside its charges. */
export interface SessionFacts {
  readonly basis: CostBasis;
  readonly final: boolean;
  readonly approximate: string | null;
  readonly gapMs: number;
  /** The most memory that it was seen to have; null where that was not read, or nobody knows. */
  readonly peakBytes: number | null;
  readonly lateUnverifiable: number;
  readonly asOf: Instant;
}

/** Figures of one hour and meter; the last three are null where nobody knows. */
export interface TalliedUsage {
  readonly hourAt: Instant;
  readonly meter: Meter;
  readonly unitPrice: bigint | null;
  /** What a GB is in `unitPrice`. */
  readonly gb: GbUnit;
  readonly usage: bigint;
  readonly idle: bigint | null;
  readonly logged: bigint | null;
  readonly peakTax: bigint | null;
}
