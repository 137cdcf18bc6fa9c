import { periodsOf } from "../billing/price-book.ts";
import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import { noLate } from "../ledger/fold-columns.ts";
import { dismissLate, rereadReason } from "../ledger/late-records.ts";
import { lacksRecordsOf } from "../ledger/outgrown.ts";
import type { LedgerSession } from "../ports/ledger.ts";
import type { AccountsInput, AccountsPorts } from "./accounts-ports.ts";
import type { Candidate } from "./settle-candidates.ts";
import { settlementFor } from "./settle-end.ts";
import { billByRecords, type RecordedSession } from "./settle-records.ts";
import { type Reread, rereadSession } from "./settle-reread.ts";
import { finalUntilOf, type ReadSources } from "./settle-source.ts";

export interface Metered {
  readonly closing: readonly LedgerSession[];
  /** Read anew, and as they were when they were closed. */
  readonly unchanged: readonly LedgerSession[];
  readonly lateUnverifiable: number;
  readonly problems: readonly Problem[];
}

/** Each reads a whole life from its source; the rest has its turn at the next pass. */
const rereadsAtMost = 50;

/** The final bills of sessions with records whose end is settled. */
export async function settleMetered(
  ports: Pick<AccountsPorts, "usage">,
  now: Instant,
  input: Pick<AccountsInput, "prices" | "meter">,
  target: Target,
  candidates: readonly Candidate[],
  sources: ReadSources,
  signal: AbortSignal,
): Promise<Metered> {
  const periods = periodsOf(input.prices, target.region);
  const all: LedgerSession[] = [];
  const problems: Problem[] = [];
  let lateUnverifiable = 0;
  let rereads = 0;
  for (const candidate of candidates) {
    const ready = recordedOf(candidate, sources, now);
    if (ready === null) continue;
    const reason = rereadReason(ready.stored.account, periods, input.meter);
    let session = ready;
    if (reason !== null || ready.stored.state === "reopened") {
      if (rereads >= rereadsAtMost) continue;
      rereads += 1;
      const located = sources.located.get(candidate.key.interpreter) ?? null;
      const reread = await rereadSession(ports, now, target, ready.stored, located, signal);
      if (reread.kind === "unread") {
        problems.push(...reread.problems);
        continue;
      }
      const repriced = rereadReason({ ...ready.account, late: noLate }, periods, input.meter) !== null;
      session = withReread(ready, reread, repriced);
      lateUnverifiable += session.account.lateUnverifiable - ready.account.lateUnverifiable;
    }
    const billed = billByRecords(session, now, input);
    if (billed !== null) all.push(billed);
  }
  return {
    closing: all.filter(({ state }) => state === "closing"),
    unchanged: all.filter(({ state }) => state === "closed"),
    lateUnverifiable,
    problems,
  };
}

/** Late records that the source has no more are given up; so is a reading that has lost what is known already. */
function withReread(session: RecordedSession, reread: Reread, repriced: boolean): RecordedSession {
  const { account } = session.stored;
  // Minutes that were summed up at their source cannot be counted against records.
  const mayCount = session.approximate === null;
  if (reread.kind !== "read" || (mayCount && lacksRecordsOf(reread.account, account))) {
    return { ...session, account: dismissLate(account) };
  }
  return {
    ...session,
    account: { ...reread.account, lateUnverifiable: account.lateUnverifiable },
    approximate: null,
    repriced,
  };
}

/** Null where the session has no records, or it cannot be closed yet. */
function recordedOf(candidate: Candidate, sources: ReadSources, now: Instant): RecordedSession | null {
  const { stored, life, lastRecordAt, key } = candidate;
  if (stored === null || lastRecordAt === null) return null;
  const settlement = settlementFor(candidate, sources, now);
  if (settlement.state !== "ready") return null;
  return {
    stored,
    account: stored.account,
    life,
    end: settlement.end,
    approximate: stored.bill.approximate,
    repriced: false,
    finalUntil: finalUntilOf(sources, key.interpreter, lastRecordAt, now),
  };
}
