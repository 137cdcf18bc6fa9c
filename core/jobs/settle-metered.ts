import { type PricePeriod, periodsOf } from "../billing/price-book.ts";
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
import { type Reread, rereadSessions } from "./settle-reread.ts";
import { finalUntilOf, type ReadSources } from "./settle-source.ts";

type Terms = Pick<AccountsInput, "prices" | "meter">;

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
  input: Terms,
  target: Target,
  candidates: readonly Candidate[],
  sources: ReadSources,
  signal: AbortSignal,
): Promise<Metered> {
  const periods = periodsOf(input.prices, target.region);
  const ready = candidates.flatMap((candidate) => recordedOf(candidate, sources, now) ?? []);
  const doubted = new Set(ready.filter((session) => isDoubted(session, periods, input)));
  const { of, problems } = await rereadSessions(
    ports,
    now,
    target,
    [...doubted].slice(0, rereadsAtMost),
    sources,
    signal,
  );
  const sessions = ready.flatMap((session) => {
    if (!doubted.has(session)) return [session];
    const reread = of.get(session) ?? { kind: "unread" };
    return reread.kind === "unread" ? [] : [withReread(session, reread, periods, input)];
  });
  const billed = sessions.flatMap((session) => billByRecords(session, now, input) ?? []);
  return {
    closing: billed.filter(({ state }) => state === "closing"),
    unchanged: billed.filter(({ state }) => state === "closed"),
    lateUnverifiable: sessions.reduce(
      (sum, { account, stored }) => sum + account.lateUnverifiable - stored.account.lateUnverifiable,
      0,
    ),
    problems,
  };
}

/** Null where the session has no records, or it cannot be closed yet. */
function recordedOf(candidate: Candidate, sources: ReadSources, now: Instant): RecordedSession | null {
  const { stored, life, lastRecordAt, key } = candidate;
  // One that was closed without records, and of which a count found some, is read from its source as any other.
  if (stored === null || (lastRecordAt === null && stored.state !== "reopened")) return null;
  const settlement = settlementFor(candidate, sources, now);
  if (settlement.state !== "ready") return null;
  const { end } = settlement;
  return {
    stored,
    account: stored.account,
    life,
    end,
    approximate: stored.bill.approximate,
    repriced: false,
    finalUntil: finalUntilOf(sources, key.interpreter, lastRecordAt ?? end.at, now),
  };
}

/** Whether what the account has summed up is not, or not any more, what the bill should say. */
const isDoubted = ({ stored }: RecordedSession, periods: readonly PricePeriod[], { meter }: Terms): boolean =>
  stored.state === "reopened" || rereadReason(stored.account, periods, meter) !== null;

/** Late records that the source has no more are given up; so is a reading that has lost what is known already. */
function withReread(
  session: RecordedSession,
  reread: Exclude<Reread, { kind: "unread" }>,
  periods: readonly PricePeriod[],
  { meter }: Terms,
): RecordedSession {
  const { account } = session.stored;
  // Minutes that were summed up at their source cannot be counted against records.
  const mayCount = session.approximate === null;
  if (reread.kind === "expired" || (mayCount && lacksRecordsOf(reread.account, account))) {
    return { ...session, account: dismissLate(account) };
  }
  return {
    ...session,
    account: { ...reread.account, lateUnverifiable: account.lateUnverifiable },
    approximate: null,
    repriced: rereadReason({ ...account, late: noLate }, periods, meter) !== null,
  };
}
