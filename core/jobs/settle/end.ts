import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { type Settlement, type SettlementFacts, settlementOf } from "../../ledger/settlement.ts";
import type { Candidate } from "./candidates.ts";
import { finalUntilOf, patienceMs, type ReadSources } from "./source.ts";

/** Whether the bill of a session can be closed, and on which end. */
export function settlementFor(candidate: Candidate, sources: ReadSources, now: Instant): Settlement {
  const { life, lastRecordAt, key } = candidate;
  const ended = listedEnd(candidate) ?? confirmedEnd(life.ended, lastRecordAt);
  const lastKnownAt = lastRecordAt ?? ended?.at ?? life.timeoutAt;
  const finalUntil = finalUntilOf(sources, key.interpreter, lastKnownAt, now);
  // Records that nobody can read any more do not come either: after a day, their silence is as good as read.
  const isForsaken = finalUntil === null && lastRecordAt !== null && now - lastRecordAt >= patienceMs;
  return settlementOf({
    now,
    ended,
    finalUntil: isForsaken ? now : finalUntil,
    timeoutAt: life.timeoutAt,
    lastRecordAt,
  });
}

/**
 * A session that is known from a listing of ended ones alone. When it ended, nobody says: at the latest when it was listed,
 * which is the `asOf` of its bill, or at its time limit.
 */
const isListedEnded = ({ stored, record, life, lastRecordAt }: Candidate): boolean =>
  stored !== null && record === null && lastRecordAt === null && life.ended === null;

/** The longest that a session known from a listing of ended ones can have lived; null for any other. */
export function listedEnd(candidate: Candidate): { readonly at: Instant; readonly source: "list" } | null {
  const { stored, life } = candidate;
  if (stored === null || !isListedEnded(candidate)) return null;
  return { at: instant(Math.min(stored.bill.asOf, life.timeoutAt ?? stored.bill.asOf)), source: "list" };
}

/** Whether a look-up of the session would let its bill be closed, if it said that the session has ended. */
export function wouldSettle(candidate: Candidate, sources: ReadSources, now: Instant): boolean {
  const { lastRecordAt, life } = candidate;
  if (lastRecordAt === null) return settlementFor(candidate, sources, now).state === "ready";
  const told: Candidate = { ...candidate, life: { ...life, ended: { at: lastRecordAt, source: "get" } } };
  return settlementFor(told, sources, now).state === "ready";
}

/** A look-up says that a session has ended, and not when: then its last record does. */
function confirmedEnd(ended: SettlementFacts["ended"], lastRecordAt: Instant | null): SettlementFacts["ended"] {
  if (ended?.source !== "get" || lastRecordAt === null) return ended;
  return { ...ended, at: plusMs(ended.at, Math.max(0, lastRecordAt - ended.at)) };
}
