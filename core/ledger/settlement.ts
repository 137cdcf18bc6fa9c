import { type Instant, plusMs } from "../kernel/instant.ts";
import type { EndSource } from "./charge.ts";

export interface SettlementFacts {
  readonly now: Instant;
  /** As Get or List said it, and which of them; null where neither knows the session, or it lives. */
  readonly ended: { readonly at: Instant; readonly source: "get" | "list" } | null;
  /**
   * All records stamped before this instant have been read for good; null where the interpreter's records cannot be read,
   * so that there is nothing to wait for.
   */
  readonly finalUntil: Instant | null;
  /** When the session's own time limit ends it at the latest; null where its start or its limit is not known. */
  readonly timeoutAt: Instant | null;
  readonly lastRecordAt: Instant | null;
}

interface SessionEnd {
  readonly at: Instant;
  readonly source: EndSource;
}

export type Settlement =
  | { readonly state: "ready"; readonly end: SessionEnd }
  /** `no-end`: nothing says that it has ended. `too-soon`: records may still come. `unread`: they have not been read for good. */
  | {
      readonly state: "provisional";
      readonly reason: "no-end" | "too-soon" | "unread";
      readonly end: SessionEnd | null;
    };

/** All of a session's usage records have come about an hour after its end; its cost is final no sooner than this. */
const settledAfterMs = 75 * 60_000;
/**
 * A session writes a record each second until its end. Boot usage is stamped up to 43 minutes early and delivered up to 60
 * late: what is silent for longer than both has ended.
 */
const silenceMs = 120 * 60_000;

/** Whether a session's bill can be closed, and on which end. */
export function settlementOf(facts: SettlementFacts): Settlement {
  const end = endOf(facts);
  if (end === null) return { state: "provisional", reason: "no-end", end };
  if (facts.now - end.at < settledAfterMs) return { state: "provisional", reason: "too-soon", end };
  const lastAt = Math.max(end.at, facts.lastRecordAt ?? end.at);
  // What is read is read up to an instant and without it: a record stamped at the end itself is read only beyond it.
  const unread = facts.finalUntil !== null && facts.finalUntil <= lastAt;
  return unread ? { state: "provisional", reason: "unread", end } : { state: "ready", end };
}

/**
 * What a service said comes first. A silence that lies wholly before the time limit shows an earlier end than the limit
 * does; a silence that reaches into it shows no more than the limit. The silence has to be read for good: where nobody
 * looked, nothing was silent.
 */
function endOf({ now, ended, finalUntil, timeoutAt, lastRecordAt }: SettlementFacts): SessionEnd | null {
  if (ended !== null) return ended;
  if (lastRecordAt !== null && finalUntil !== null) {
    const silentUntil = plusMs(lastRecordAt, silenceMs);
    const beforeLimit = timeoutAt === null || silentUntil <= timeoutAt;
    if (beforeLimit && finalUntil >= silentUntil) return { at: lastRecordAt, source: "last-record" };
  }
  return timeoutAt !== null && timeoutAt <= now ? { at: timeoutAt, source: "timeout" } : null;
}
