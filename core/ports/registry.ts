import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { QuotaAlert } from "../quota/alert.ts";
import type { OutgoingEvent } from "./events.ts";

/** What is kept of a session between passes. Money is kept as decimal strings of 12 places; null is unknown. */
export interface SessionRecord {
  readonly interpreter: InterpreterId;
  readonly session: SessionId;
  readonly name: string | null;
  readonly createdAt: Instant;
  readonly timeoutSeconds: number | null;
  readonly firstSeenAt: Instant;
  readonly lastSeenAt: Instant;
  /** When a complete listing first lacked it; null while it is listed. */
  readonly goneAt: Instant | null;
  readonly lowUsd: string | null;
  readonly highUsd: string | null;
  readonly costAsOf: Instant;
}

/** What is known of one target before a pass. `revision` rises with each commit; 0 means never committed. */
export interface TargetRecord {
  readonly revision: number;
  /** Sessions that are not gone. */
  readonly openSessions: readonly SessionRecord[];
  readonly alerts: readonly QuotaAlert[];
  /** Events that were committed and not yet reported as sent, oldest first. */
  readonly unsentEvents: readonly OutgoingEvent[];
}

/** What one pass changes. Everything in it takes effect, or nothing does. */
export interface TargetChange {
  readonly at: Instant;
  readonly sessions: readonly SessionRecord[];
  readonly alerts: readonly QuotaAlert[];
  readonly newEvents: readonly OutgoingEvent[];
}

/**
 * Remembers targets between passes. One contract suite holds for every adapter.
 * `commit` answers `stale`, and changes nothing, where another run committed since `load`: two overlapping runs do the
 * work once. Events are written before they are sent (an outbox), so that a crash loses none.
 */
export interface Registry {
  readonly load: (target: Target) => Promise<TargetRecord>;
  readonly commit: (target: Target, revision: number, change: TargetChange) => Promise<"committed" | "stale">;
  readonly markSent: (target: Target, eventIds: readonly string[]) => Promise<void>;
}
