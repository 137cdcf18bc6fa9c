import type { BoundedCost } from "../../billing/bounded-cost.ts";
import { expiresAtOf } from "../../inventory/session.ts";
import type { InterpreterId, SessionId } from "../../kernel/ids.ts";
import { type Instant, instant } from "../../kernel/instant.ts";
import { compareUsd, formatUsd, parseUsd, type Usd } from "../../kernel/money.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import type { ScannedSession, TargetScan } from "../scan/outcome.ts";

/** What one sandbox of the target costs from one instant until another. */
type CostBetween = (from: Instant, until: Instant) => BoundedCost;

export interface RecordedSessions {
  /** What is to be written. */
  readonly changed: readonly SessionRecord[];
  /** How many were seen for the first time. */
  readonly started: number;
  readonly ended: readonly SessionRecord[];
}

/** Sets what a pass saw against what is remembered. Only a complete listing proves that a session is gone. */
export function recordSessions(
  now: Instant,
  before: readonly SessionRecord[],
  scan: TargetScan,
  costBetween: CostBetween,
  rememberSeenEveryMs: number,
): RecordedSessions {
  const remembered = new Map(before.map((record) => [keyOf(record.interpreter, record.session), record]));
  const listed = new Set(scan.sessions.map((session) => keyOf(session.interpreter, session.id)));
  const seen = scan.sessions.map((session) => {
    const known = remembered.get(keyOf(session.interpreter, session.id));
    return { known, record: seenAgain(now, session, known) };
  });
  const lacks = absenceIn(scan);
  const ended = before
    .filter((record) => !listed.has(keyOf(record.interpreter, record.session)) && lacks(record.interpreter))
    .map((record) => gone(now, record, costBetween));
  const worthWriting = seen.filter(
    ({ known, record }) =>
      known === undefined ||
      known.timeoutSeconds !== record.timeoutSeconds ||
      now - known.lastSeenAt >= rememberSeenEveryMs,
  );
  return {
    changed: [...worthWriting.map(({ record }) => record), ...ended],
    started: seen.filter(({ known }) => known === undefined).length,
    ended,
  };
}

/** Timeouts that need no second look-up; null where one is not known. */
export function knownTimeoutsOf(
  records: readonly SessionRecord[],
): (interpreter: InterpreterId, session: SessionId) => number | null {
  const known = new Map(records.map((record) => [keyOf(record.interpreter, record.session), record.timeoutSeconds]));
  return (interpreter, session) => known.get(keyOf(interpreter, session)) ?? null;
}

const keyOf = (interpreter: InterpreterId, session: SessionId): string => `${interpreter}/${session}`;

/** Whether a session of an interpreter that the pass did not list is proven to be gone. */
function absenceIn(scan: TargetScan): (interpreter: InterpreterId) => boolean {
  const read = new Map((scan.interpreters ?? []).map((item) => [item.id, item.readySessions !== null]));
  return (interpreter) => read.get(interpreter) ?? (scan.interpreters !== null && scan.interpretersComplete);
}

function seenAgain(now: Instant, session: ScannedSession, known: SessionRecord | undefined): SessionRecord {
  return {
    interpreter: session.interpreter,
    session: session.id,
    name: session.name,
    createdAt: session.createdAt,
    timeoutSeconds: session.timeoutSeconds ?? known?.timeoutSeconds ?? null,
    firstSeenAt: known?.firstSeenAt ?? now,
    lastSeenAt: instant(Math.max(now, known?.lastSeenAt ?? now)),
    goneAt: null,
    lowUsd: grown(known?.lowUsd ?? null, session.cost.low),
    highUsd: grown(known?.highUsd ?? null, session.cost.high),
    costAsOf: session.cost.low === null ? (known?.costAsOf ?? now) : now,
  };
}

/**
 * It ended between the last pass that saw it and this one, and no later than its timeout: it costs at least what it had
 * cost when last seen, and at most what it would have cost until the earlier of the two ends.
 */
function gone(now: Instant, record: SessionRecord, costBetween: CostBetween): SessionRecord {
  const expiresAt = expiresAtOf(record);
  const latestEnd = expiresAt === null ? now : instant(Math.max(record.lastSeenAt, Math.min(expiresAt, now)));
  return {
    ...record,
    goneAt: now,
    lowUsd: grown(record.lowUsd, costBetween(record.createdAt, record.lastSeenAt).low),
    highUsd: grown(record.highUsd, costBetween(record.createdAt, latestEnd).high),
    costAsOf: now,
  };
}

// A cost so far never falls: a clock that was set back, or a price that is no longer known, takes nothing away.
function grown(before: string | null, computed: Usd | null): string | null {
  if (computed === null) return before;
  const text = formatUsd(computed);
  return before !== null && compareUsd(parseUsd(before), parseUsd(text)) > 0 ? before : text;
}
