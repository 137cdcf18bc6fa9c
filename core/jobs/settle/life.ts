import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { SettlementFacts } from "../../ledger/settlement.ts";
import type { ListedSession } from "../../ports/ledger.ts";
import type { SessionRecord } from "../../ports/registry.ts";

/** What is known of the life of a session, beside its records. */
export interface SessionLife {
  readonly name: string | null;
  readonly createdAt: Instant | null;
  readonly timeoutAt: Instant | null;
  /** As Get or a listing said it. */
  readonly ended: SettlementFacts["ended"];
  /** When it was last listed as live; null where no listing of live sessions had it. */
  readonly seenAt: Instant | null;
}

/** The registry saw it live, or else the bill remembers what was once known. */
export function lifeOf(record: SessionRecord | null, stored: ListedSession | null): SessionLife {
  if (record === null) return rememberedLife(stored);
  const timeoutAt = record.timeoutSeconds === null ? null : plusMs(record.createdAt, record.timeoutSeconds * 1000);
  const endedAt = endOfRecord(record);
  return {
    name: record.name ?? stored?.bill.name ?? null,
    createdAt: record.createdAt,
    timeoutAt: timeoutAt ?? stored?.timeoutAt ?? null,
    ended: record.goneAt === null || endedAt === null ? null : { at: endedAt, source: "list" },
    seenAt: record.lastSeenAt,
  };
}

/**
 * When a session that the registry knows ended at the latest: when a listing first lacked it, or at its time limit, and not
 * before it was last seen. Null while it may go on.
 */
export function endOfRecord({ createdAt, timeoutSeconds, goneAt, lastSeenAt }: SessionRecord): Instant | null {
  const limit = timeoutSeconds === null ? Number.POSITIVE_INFINITY : createdAt + timeoutSeconds * 1000;
  const end = Math.min(goneAt ?? Number.POSITIVE_INFINITY, limit);
  return end === Number.POSITIVE_INFINITY ? null : instant(Math.max(lastSeenAt, end));
}

function rememberedLife(stored: ListedSession | null): SessionLife {
  if (stored === null) return { name: null, createdAt: null, timeoutAt: null, ended: null, seenAt: null };
  const { name, createdAt, endedAt, endSource } = stored.bill;
  const told = endSource === "list" || endSource === "get" ? endSource : null;
  return {
    name,
    createdAt,
    timeoutAt: stored.timeoutAt,
    ended: endedAt === null || told === null ? null : { at: endedAt, source: told },
    seenAt: null,
  };
}
