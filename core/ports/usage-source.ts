import type { UsageRecord } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Where the usage records of one interpreter are, or why there are none. */
export type UsageLocation =
  | { readonly kind: "log-group"; readonly name: string; readonly foundBy: "delivery" | "convention" | "setting" }
  | { readonly kind: "missing"; readonly problem: Problem };

/** What one window of one interpreter's records came to. */
export interface UsageWindow {
  readonly lines: number;
  /** Lines that were set aside, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  /** False where the window was not read to its end: then it has to be read again. */
  readonly complete: boolean;
  /** Set where the source answered in sums instead of records, with the reason. */
  readonly approximate: string | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads usage records by the time in their stamps. One contract suite holds for every reader: log events row by row, sums
 * made on the server, and files.
 */
export interface UsageSource {
  readonly locate: (
    target: Target,
    interpreter: InterpreterId,
    arn: string,
    signal: AbortSignal,
  ) => Promise<UsageLocation>;
  /** Hands on every valid record stamped in [from, until), in batches, in any order, duplicates included. */
  readonly read: (
    target: Target,
    location: UsageLocation & { readonly kind: "log-group" },
    from: Instant,
    until: Instant,
    onRecords: (records: readonly UsageRecord[]) => Promise<void>,
    signal: AbortSignal,
  ) => Promise<UsageWindow>;
}
