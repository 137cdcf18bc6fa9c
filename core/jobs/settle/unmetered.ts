import type { Target } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { SessionBill } from "../../ledger/charge.ts";
import { emptyAccount } from "../../ledger/fold-columns.ts";
import type { Settlement } from "../../ledger/settlement.ts";
import { allocatedBill, boundedBill, type UnmeteredSession, type UnmeteredTerms } from "../../ledger/unmetered-bill.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";
import type { Candidate } from "./candidates.ts";
import { listedEnd, settlementFor } from "./end.ts";
import { type Shares, shareHours, wholeUntil } from "./hours.ts";
import type { SettleMemory } from "./memory.ts";
import { isUnread, patienceMs, type ReadSources } from "./source.ts";

export interface Unmetered {
  /** Sessions whose bill is final, to be closed. */
  readonly final: readonly LedgerSession[];
  /** Sessions whose bill is provisional and says something new. */
  readonly provisional: readonly LedgerSession[];
  readonly problems: readonly Problem[];
  /** Whether the provisional shares of all whole hours were made. */
  readonly shared: boolean;
}

/**
 * Bills of sessions without a record. Where nobody can read the records of their interpreter, its measured hours are shared
 * out; where they are read and there is none, or nothing was measured, only bounds are known. Provisional shares are made
 * once of each hour, when it is whole. `others` are the bills that are not closed, or that this pass has made of records.
 */
export async function billUnmetered(
  ports: Pick<AccountsPorts, "readInterpreterUsage" | "kind" | "ledger">,
  now: Instant,
  input: Pick<AccountsInput, "prices" | "meter">,
  target: Target,
  candidates: readonly Candidate[],
  records: readonly SessionRecord[],
  others: readonly SessionBill[],
  sources: ReadSources,
  { sharedUntil }: Pick<SettleMemory, "sharedUntil">,
  signal: AbortSignal,
): Promise<Unmetered> {
  const terms = { size: ports.kind.size, prices: input.prices, gb: input.meter.gb, asOf: now };
  const sessions = candidates.flatMap((candidate) => {
    const session = sessionOf(candidate, settlementFor(candidate, sources, now), ports.kind.maxTimeoutSeconds, now);
    return session === null ? [] : [session];
  });
  const isShareable = ({ candidate }: Session): boolean => isUnread(sources, candidate.key.interpreter, now);
  const dueForShow = wholeUntil(now) > sharedUntil;
  const wanted = sessions.flatMap((session) =>
    session.record !== null && isShareable(session) && (dueForShow || isRipe(session, now)) ? [session.record] : [],
  );
  const hours = await shareHours(ports, now, target, wanted, records, others, terms, signal);
  const asked = new Set(wanted);
  const billed = sessions.flatMap((session) => {
    const { record } = session;
    const shares = record !== null && asked.has(record) ? hours.sharesOf(record) : null;
    return billOf(session, shares, terms, isShareable(session), now);
  });
  return {
    final: billed.filter(({ state }) => state === "closing"),
    provisional: billed.filter(({ state }) => state === "open"),
    problems: hours.problems,
    shared: hours.problems.length === 0,
  };
}

interface Session extends UnmeteredSession {
  readonly candidate: Candidate;
  readonly record: SessionRecord | null;
  readonly isReady: boolean;
}

function sessionOf(
  candidate: Candidate,
  settlement: Settlement,
  maxTimeoutSeconds: number,
  now: Instant,
): Session | null {
  const { key, life, record, stored, lastRecordAt } = candidate;
  const hasFigure = lastRecordAt !== null || stored?.bill.final === true;
  if (hasFigure || life.createdAt === null) return null;
  const { end } = settlement;
  const listed = listedEnd(candidate);
  const latest = listed?.at ?? end?.at ?? now;
  return {
    key,
    name: life.name,
    createdAt: life.createdAt,
    endedAt: listed === null ? (end?.at ?? null) : null,
    endSource: end?.source ?? null,
    aliveUntil: life.seenAt ?? life.createdAt,
    endsAtMost: instant(Math.min(latest, plusMs(life.createdAt, maxTimeoutSeconds * 1000))),
    candidate,
    record,
    isReady: settlement.state === "ready",
  };
}

/** Closed only when the last hour of its life is whole. */
const isRipe = ({ isReady, endsAtMost }: Session, now: Instant): boolean => isReady && endsAtMost <= wholeUntil(now);

function billOf(
  session: Session,
  shares: Shares | null,
  terms: Omit<UnmeteredTerms, "final">,
  isShareable: boolean,
  now: Instant,
): readonly LedgerSession[] {
  const { candidate } = session;
  const mayClose = isShareable && session.record !== null ? isRipe(session, now) : session.isReady;
  const isPatient = now - session.endsAtMost < patienceMs;
  const final = mayClose && !(shares?.kind === "unread" && isPatient);
  const bill =
    shares?.kind === "shared"
      ? allocatedBill(session, { ...terms, final }, shares.charges)
      : boundedBill(session, { ...terms, final });
  const base = {
    revision: candidate.stored?.revision ?? 0,
    account: emptyAccount(candidate.key),
    timeoutAt: candidate.life.timeoutAt,
    restatement: null,
  };
  if (final) return [{ ...base, state: "closing", bill }];
  return isNews(session, bill, shares) ? [{ ...base, state: "open", bill }] : [];
}

/**
 * A session that lives is in the registry, and its bounds with it: the ledger gets it when it has ended, or when there is a
 * figure. After that, only what changes the bill is written.
 */
function isNews({ candidate, endedAt }: Session, bill: SessionBill, shares: Shares | null): boolean {
  const before = candidate.stored?.bill ?? null;
  if (before === null) return candidate.record?.goneAt !== null || shares?.kind === "shared";
  if (shares === null && before.basis === "allocated") return false;
  return before.basis !== bill.basis || before.endedAt !== endedAt || before.charges.length !== bill.charges.length;
}
