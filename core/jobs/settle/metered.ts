import { type PricePeriod, periodsOf } from "../../billing/price-book.ts";
import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { rereadReason } from "../../ledger/late-records.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";
import { joinReasons, unreadSince } from "../ingest/gaps.ts";
import { finalAfterMs } from "../ingest/windows.ts";
import type { Candidate } from "./candidates.ts";
import { settlementFor } from "./end.ts";
import { billByRecords, type RecordedSession } from "./records.ts";
import { rereadSessions } from "./reread.ts";
import { rereadUsed } from "./reread-used.ts";
import { finalUntilOf, type ReadSources } from "./source.ts";

type Terms = Pick<AccountsInput, "prices" | "meter">;

export interface Metered {
  readonly closing: readonly LedgerSession[];
  /** Read anew, and as they were when they were closed. */
  readonly unchanged: readonly LedgerSession[];
  readonly lateUnverifiable: number;
  readonly lateUncertain: number;
  readonly problems: readonly Problem[];
}

/** Beyond so many that are to be read anew, the others are not looked for. */
const doubtedAtMost = 400;
/** An account may hold hours of records, and is sealed when its bill is made. */
const accountsAtOnce = 100;
const minuteMs = 60_000;

/** The final bills of sessions with records whose end is settled. */
export async function settleMetered(
  ports: Pick<AccountsPorts, "usage" | "ledger" | "kind">,
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
  const doubted: RecordedSession[] = [];
  const billed: LedgerSession[] = [];
  const bill = (session: RecordedSession): void => {
    const made = billByRecords(session, now, input);
    if (made !== null) billed.push(made);
    lateUnverifiable += session.account.lateUnverifiable - session.stored.account.lateUnverifiable;
  };
  let [lateUnverifiable, lateUncertain] = [0, 0];
  for (let from = 0; from < turns.length; from += accountsAtOnce) {
    signal.throwIfAborted();
    for (const session of await recordedOf(ports, turns.slice(from, from + accountsAtOnce))) {
      if (!isDoubted(session, periods, input)) bill(session);
      else if (doubted.length < doubtedAtMost) doubted.push(session);
    }
  }
  const read = await rereadSessions(ports, now, target, doubted, sources, signal);
  const problems = [...read.problems];
  for (const session of doubted) {
    const reread = read.of.get(session);
    if (reread === undefined) continue;
    const used = rereadUsed(session, reread, now, periods, input);
    if (used.problem !== null) problems.push(used.problem);
    if (used.session !== null) bill(used.session);
    lateUncertain += used.lateUncertain;
  }
  return {
    closing: billed.filter(({ state }) => state === "closing"),
    unchanged: billed.filter(({ state }) => state === "closed"),
    lateUnverifiable,
    lateUncertain,
    problems,
  };
}

type SettledEnd = RecordedSession["end"];

interface Ready extends Pick<RecordedSession, "life" | "end" | "finalUntil"> {
  readonly key: SessionKey;
  readonly revision: number;
  /** Why records may be missing; null where all were read. */
  readonly missing: string | null;
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
  const missing = missingBecause(sources, key.interpreter, end, lastRecordAt);
  return { key, revision: stored.revision, life, end, finalUntil, missing };
}

/** A place that could not be read for a day is waited for no longer; what was not read of it is then not said to be nothing. */
function missingBecause(
  { located, finalUntil }: ReadSources,
  interpreter: InterpreterId,
  end: SettledEnd,
  lastRecordAt: Instant | null,
): string | null {
  const source = located.get(interpreter);
  if (source === undefined || (source.kind === "none" && source.reason !== "unknown")) return null;
  const read = finalUntil.get(interpreter) ?? null;
  const lastAt = Math.max(end.at, lastRecordAt ?? end.at);
  const wantedAt = end.source === "last-record" ? lastAt + finalAfterMs : lastAt + 1;
  return read !== null && read >= wantedAt ? null : unreadSince(read);
}

/** With their accounts. Those that somebody wrote meanwhile are left to the next pass. */
async function recordedOf(
  { ledger }: Pick<AccountsPorts, "ledger">,
  ready: readonly Ready[],
): Promise<readonly RecordedSession[]> {
  const stored = await ledger.sessions(ready.map(({ key }) => key));
  return ready.flatMap(({ revision, life, end, finalUntil, missing }, index): readonly RecordedSession[] => {
    const session = stored[index] ?? null;
    if (session?.revision !== revision) return [];
    const { account, bill } = session;
    const approximate = joinReasons(bill.approximate, missing);
    return [{ stored: session, account, life, end, approximate, repriced: false, finalUntil }];
  });
}

/** Whether what the account has summed up is not, or not any more, what the bill should say. */
const isDoubted = ({ stored }: RecordedSession, periods: readonly PricePeriod[], { meter }: Terms): boolean =>
  stored.state === "reopened" || rereadReason(stored.account, periods, meter) !== null;
