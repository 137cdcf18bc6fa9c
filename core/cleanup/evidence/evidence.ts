import type { Instant } from "../../kernel/instant.ts";

/** A stretch of time, half open. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

/** What could not be learned, and why: never stands for quiet. */
export interface Unknown {
  readonly kind: "unknown";
  readonly code:
    | "no-usage-logs"
    | "at-teardown"
    | "no-records-yet"
    | "approximate"
    | "never-called"
    | "no-call-logs"
    | "call-logs-differ"
    | "call-spans-differ"
    | "no-control-series"
    | "data-late"
    | "not-looked"
    | "failed";
  /** One sentence: what is missing, and what to turn on or mend. */
  readonly message: string;
  /** When that was so; absent until a pass gathers it, and in records of earlier releases. */
  readonly asOf?: Instant;
  /** Of which time it was asked for; absent where nobody asked. */
  readonly window?: Span;
}

/** CPU of one session by its usage records, up to the end of the latest stretch of them without a gap that is long enough. */
export interface CpuEvidence {
  readonly kind: "known";
  readonly asOf: Instant;
  /** That stretch. `until` is the horizon h. */
  readonly covered: Span;
  /**
   * Since when each record of that stretch is below the idle level; null where its last record is not, or where a later record,
   * beyond what was looked at, is not.
   */
  readonly quietSince: Instant | null;
  /** End of the last record at or above the idle level that is known at all, in whatever stretch. */
  readonly lastBusyAt: Instant | null;
  /** The last record that is known of what was looked at: beyond the stretch, not all of them have come. */
  readonly lastRecordAt: Instant;
  /** Since when each record that is known, up to the last one, is at or above the level of a runaway; null where the last one is not. */
  readonly hotSince: Instant | null;
  /** The memory level in bytes of the last record of that stretch that has one; null where none has. */
  readonly memoryBytes: number | null;
}

/** Requests that were, or may have been, in flight. */
export interface CallEvidence {
  readonly kind: "known";
  readonly asOf: Instant;
  /** `session`: this session's own calls. `interpreter`: those of all of its interpreter's sessions. */
  readonly of: "session" | "interpreter";
  /** What was looked at. Calls that were in flight in it are all known up to `inFlightUntil`. */
  readonly window: Span;
  /** The horizon i: up to here it is known which requests were in flight. */
  readonly inFlightUntil: Instant;
  /** When requests were in flight for sure or maybe, in order, disjoint; those after `inFlightUntil` too, as far as they are recorded; of very many, the earliest as one. */
  readonly maybeInFlight: readonly Span[];
  /** Why those of the interpreter stand for those of the session, where its own were asked for. */
  readonly apart?: Unknown;
}

/** All that a decision about one session goes by, beside the policy. */
export interface SessionEvidence {
  readonly cpu: CpuEvidence | Unknown;
  readonly calls: CallEvidence | Unknown;
  /** What Get answered; null where it was not asked. It can only keep a session. */
  readonly status: "READY" | "ended" | "unknown" | null;
  /** When Get was asked; absent where it was not. */
  readonly statusAsOf?: Instant;
  /** The listing's. It can only keep a session: what moves it is not known. */
  readonly lastUpdatedAt: Instant | null;
  /** When that listing was made; absent in records of earlier releases. */
  readonly listedAsOf?: Instant;
}
