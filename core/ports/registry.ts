import type { ScanHealth } from "../inventory/scan-health.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { QuotaAlert } from "../quota/alert.ts";
import type { OutgoingEvent } from "./events.ts";

/**
 * What is kept of a session between passes. Money is kept as decimal strings of 12 places; null is unknown. One that no listing
 * had, since it was born and gone between two of them, is known from its usage records: the first and the last of those say
 * when it was seen.
 */
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

/** `createdAt` of one that no listing had may be no more than its first record's stamp. */
export type GoneRecord = SessionRecord & { readonly goneAt: Instant };

/** What is known of one target before a pass. `revision` rises with each commit; 0 means never committed. */
export interface TargetRecord {
  readonly revision: number;
  /** Sessions that are not gone, by interpreter, then session. */
  readonly openSessions: readonly SessionRecord[];
  readonly alerts: readonly QuotaAlert[];
  /** Null before the first pass. */
  readonly health: ScanHealth | null;
  /** Events that were committed and not yet settled as sent, claimed or not, oldest first. */
  readonly unsentEvents: readonly OutgoingEvent[];
}

/** What one pass changes. */
export interface TargetChange {
  readonly at: Instant;
  /** New and changed ones; a session that is not named stays as it is. */
  readonly sessions: readonly SessionRecord[];
  /** Replaces what was there. */
  readonly alerts: readonly QuotaAlert[];
  readonly health: ScanHealth;
  /** Added to the outbox. An id that is there already is the same event and is not added again. */
  readonly newEvents: readonly OutgoingEvent[];
}

/**
 * Remembers targets between passes. One contract suite holds for every adapter.
 *
 * `commit` answers `stale`, and changes nothing, where another run committed since `load`: two overlapping runs do the
 * work once. Alerts, health and events take effect together or not at all. Session records are observations, true
 * whoever wrote them: an adapter without transactions may write them first, and never lets an older one replace a newer.
 * Events are written before they are sent, so that a crash loses none; see the outbox.
 *
 * `addGone` adds what others than the passes found out, and leaves alone what is known already. It is no commit: the revision
 * stays, so that a pass that is under way is not stale for it.
 */
export interface Registry {
  readonly load: (target: Target) => Promise<TargetRecord>;
  readonly commit: (target: Target, revision: number, change: TargetChange) => Promise<"committed" | "stale">;
  readonly addGone: (target: Target, sessions: readonly GoneRecord[]) => Promise<void>;
  /** Sessions that went at or after `since`, latest first. */
  readonly goneSince: (target: Target, since: Instant) => Promise<readonly SessionRecord[]>;
}

/** How long adapters remember a session that is gone. */
export const keptGoneMs = 90 * 24 * 3_600_000;
