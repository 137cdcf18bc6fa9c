import type { UsageColumns } from "../billing/usage-columns.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Where usage records are. Several interpreters may share one place. */
export interface UsageLocation {
  readonly kind: "log-group" | "bucket" | "folder";
  /** A log group's name, `s3://bucket/prefix` or a folder. */
  readonly place: string;
  readonly foundBy: "delivery" | "convention" | "setting";
  /**
   * What a window of it is. `stamp`: of the records' own time; a window is read again until nothing can come late. `delivery`:
   * of the time at which files were delivered; a file never changes, so each window is read once.
   */
  readonly windows: "stamp" | "delivery";
  /** How long it keeps records; null: for ever. */
  readonly retentionMs: number | null;
}

/** Names a location among all of one account and Region. */
export const locationKey = ({ kind, place }: UsageLocation): string => `${kind}:${place}`;

/**
 * `not-enabled`: nobody turned usage logs on. `missing`: they are turned on, and what they go to is gone. `unreadable`: it
 * may not be read, or it is of a kind that cannot be. `unknown`: the look-up itself failed. The problem says how to mend it.
 */
export type Located =
  | { readonly kind: "found"; readonly location: UsageLocation }
  | {
      readonly kind: "none";
      readonly reason: "not-enabled" | "missing" | "unreadable" | "unknown";
      readonly problem: Problem;
    };

export interface UsageRequest {
  /** Through whose account and Region the place is read; its records may be of other interpreters too. */
  readonly target: Target;
  readonly location: UsageLocation;
  /** Half open. What of it a window is, the location says. */
  readonly from: Instant;
  readonly until: Instant;
  /** `aggregated`: summed up by minutes where the records are, which costs less and is not exact. */
  readonly how: "rows" | "aggregated";
  /** Only records of this session; null: all. */
  readonly session: SessionId | null;
  /** Records stamped later are not believed: a day after now. */
  readonly latestAt: Instant;
}

/** Records of one session in any order, repeats included. Whoever gets them owns the columns. */
export interface SessionBatch {
  readonly key: SessionKey;
  readonly usage: UsageColumns;
}

export interface UsageReading {
  /** Lines that are not blank, those that are no usage records included; rows of the answer where it was aggregated. */
  readonly lines: number;
  readonly records: number;
  /** How many lines were set aside, by reason. */
  readonly skipped: ReadonlyMap<string, number>;
  /** False where records of the window may be missing: then it counts as not read. */
  readonly complete: boolean;
  /** Why the figures are not exact; null where they are. */
  readonly approximate: string | null;
  readonly problems: readonly Problem[];
}

/**
 * Reads usage records of Code Interpreter sessions, wherever they were delivered. One contract suite holds for every
 * adapter. Never throws for what a service answers, and throws only when `signal` is aborted.
 */
export interface UsageSource {
  readonly locate: (target: Target, interpreter: InterpreterId, signal: AbortSignal) => Promise<Located>;
  /** Hands records on as they come, in batches, and waits for `onUsage` before it goes on. */
  readonly read: (
    request: UsageRequest,
    onUsage: (batches: readonly SessionBatch[]) => void | Promise<void>,
    signal: AbortSignal,
  ) => Promise<UsageReading>;
}
