import { type PricePeriod, periodsOf } from "../billing/price-book.ts";
import type { SessionKey } from "../billing/usage-record.ts";
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
/** An account may hold hours of records, and is sealed when its bill is made. */
const accountsAtOnce = 100;
const minuteMs = 60_000;

/** The final bills of sessions with records whose end is settled. */
export async function settleMetered(
  ports: Pick<AccountsPorts, "usage" | "ledger">,
  now: Instant,
  input: Terms,
  target: Target,
  candidates: readonly Candidate[],
  sources: ReadSources,
  signal: AbortSignal,
): Promise<Metered> {
  const periods = periodsOf(input.prices, target.region);
  const ready = candidates.flatMap((candidate) => readyOf(candidate, sources, now) ?? []);
  // Each pass begins elsewhere, so that none waits for ever behind those whose source fails.
  const first = ready.length === 0 ? 0 : Math.floor(now / minuteMs) % ready.length;
  const turns = [...ready.slice(first), ...ready.slice(0, first)];
  const billed: LedgerSession[] = [];
  const problems: Problem[] = [];
  let rereads = 0;
  let lateUnverifiable = 0;
  for (let from = 0; from < turns.length; from += accountsAtOnce) {
    signal.throwIfAborted();
    const loaded = await recordedOf(ports, turns.slice(from, from + accountsAtOnce));
    const doubted = new Set(loaded.filter((session) => isDoubted(session, periods, input)));
    const wanted = [...doubted].slice(0, rereadsAtMost - rereads);
    rereads += wanted.length;
    const read = await rereadSessions(ports, now, target, wanted, sources, signal);
    problems.push(...read.problems);
    for (const session of loaded) {
      const reread = read.of.get(session) ?? { kind: "unread" };
      if (doubted.has(session) && reread.kind === "unread") continue;
      const used = reread.kind === "unread" ? session : withReread(session, reread, periods, input);
      const bill = billByRecords(used, now, input);
      if (bill !== null) billed.push(bill);
      lateUnverifiable += used.account.lateUnverifiable - session.account.lateUnverifiable;
    }
  }
  return {
    closing: billed.filter(({ state }) => state === "closing"),
    unchanged: billed.filter(({ state }) => state === "closed"),
    lateUnverifiable,
    problems,
  };
}

interface Ready extends Pick<RecordedSession, "life" | "end" | "finalUntil"> {
  readonly key: SessionKey;
  readonly revision: number;
}

/** Null where the session has no records, or it cannot be closed yet. */
function readyOf(candidate: Candidate, sources: ReadSources, now: Instant): Ready | null {
  const { stored, life, lastRecordAt, key } = candidate;
  // One that was closed without records, and of which a count found some, is read from its source as any other.
  if (stored === null || (lastRecordAt === null && stored.state !== "reopened")) return null;
  const settlement = settlementFor(candidate, sources, now);
  if (settlement.state !== "ready") return null;
  const { end } = settlement;
  const finalUntil = finalUntilOf(sources, key.interpreter, lastRecordAt ?? end.at, now);
  return { key, revision: stored.revision, life, end, finalUntil };
}

/** With their accounts. Those that somebody wrote meanwhile are left to the next pass. */
async function recordedOf(
  { ledger }: Pick<AccountsPorts, "ledger">,
  ready: readonly Ready[],
): Promise<readonly RecordedSession[]> {
  const stored = await ledger.sessions(ready.map(({ key }) => key));
  return ready.flatMap(({ revision, life, end, finalUntil }, index): readonly RecordedSession[] => {
    const session = stored[index] ?? null;
    if (session?.revision !== revision) return [];
    const { account, bill } = session;
    return [{ stored: session, account, life, end, approximate: bill.approximate, repriced: false, finalUntil }];
  });
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
