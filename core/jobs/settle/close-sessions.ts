import type { SessionKey } from "../../billing/usage-record.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Problem } from "../../kernel/problem.ts";
import { hasOutgrown } from "../../ledger/outgrown.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import type { Registry } from "../../ports/registry.ts";
import type { AccountsPorts } from "../accounts/ports.ts";
import { type Closed, closeApart } from "./apart.ts";
import { type ClosingTerms, restatedOverHeld } from "./held.ts";
import { restatementsAsTold } from "./told.ts";
import { enterUnlisted } from "./unlisted.ts";

type ClosePorts = Pick<AccountsPorts, "ledger" | "history"> & { readonly registry: Pick<Registry, "addGone"> };

/**
 * Closes sessions whose bill is final: into the ledger as `closing`, then history, then `closed`. Killed anywhere in
 * between, the next run finishes with the very same bills. A session that somebody else wrote meanwhile is left to the next
 * pass. `sessions` carry the revision that was read; those that this run has closed are in the result.
 */
export async function closeSessions(
  ports: ClosePorts,
  terms: ClosingTerms,
  sessions: readonly LedgerSession[],
  signal: AbortSignal,
): Promise<Closed> {
  const closed: LedgerSession[] = [];
  const problems: Problem[] = [];
  for (let from = 0; from < sessions.length; from += sessionsAtOnce) {
    signal.throwIfAborted();
    const written = await putAll(
      ports,
      sessions.slice(from, from + sessionsAtOnce).map((session) => ({ ...session, state: "closing" as const })),
    );
    const done = await closeApart(written, (some) => finish(ports, terms, some, signal));
    closed.push(...done.closed);
    problems.push(...done.problems);
  }
  return { closed, problems };
}

/** Finishes what a run that was killed left `closing`, as it is stored: a bill is never made anew once it may be in history. */
export async function finishClosing(
  ports: ClosePorts,
  terms: ClosingTerms,
  keys: readonly SessionKey[],
  signal: AbortSignal,
): Promise<Closed> {
  const closed: LedgerSession[] = [];
  const problems: Problem[] = [];
  for (let from = 0; from < keys.length; from += sessionsAtOnce) {
    signal.throwIfAborted();
    const stored = await ports.ledger.sessions(keys.slice(from, from + sessionsAtOnce));
    const closing = stored.flatMap((it) => (it?.state === "closing" ? [it] : []));
    const done = await closeApart(closing, (some) => finish(ports, terms, some, signal));
    closed.push(...done.closed);
    problems.push(...done.problems);
  }
  return { closed, problems };
}

async function finish(
  ports: ClosePorts,
  terms: ClosingTerms,
  closing: readonly LedgerSession[],
  signal: AbortSignal,
): Promise<readonly LedgerSession[]> {
  if (closing.length === 0) return [];
  const restatements = await restatementsAsTold(ports.history, closing, signal);
  // The audit first: history never shows a figure that was restated without saying so.
  if (restatements.length > 0) await ports.history.restated(restatements);
  const held = await ports.history.write(closing.map(({ bill }) => bill));
  await enterUnlisted(ports.registry, terms, closing);
  const overHeld = restatedOverHeld(closing, held, terms);
  const restated = new Set(overHeld.map(({ account }) => account));
  const written = closing.filter(({ account }) => !restated.has(account));
  const marked = await mapConcurrently(written, writesAtOnce, (session) => markClosed(ports, session));
  const closed = written.filter((_, index) => marked[index] === true);
  return [...closed, ...(await finish(ports, terms, await putAll(ports, overHeld), signal))];
}

/** Writes each, and answers those that were written, with their new revision. */
export async function putAll(
  { ledger }: Pick<AccountsPorts, "ledger">,
  sessions: readonly LedgerSession[],
): Promise<readonly LedgerSession[]> {
  const written = await mapConcurrently(sessions, writesAtOnce, (session) => ledger.put(session));
  return sessions
    .filter((_, index) => written[index] === "written")
    .map((session) => ({ ...session, revision: session.revision + 1 }));
}

/** A file of history holds all bills of a day, so that many at once cost little more than one. */
const sessionsAtOnce = 5000;
const writesAtOnce = 8;

/** Whether this run did it. Records that came while the session was closing wait in its account: then it is open again. */
async function markClosed({ ledger }: ClosePorts, session: LedgerSession): Promise<boolean> {
  for (let current: LedgerSession = session; ; ) {
    const state = hasOutgrown(current.account, current.bill) ? ("reopened" as const) : ("closed" as const);
    if ((await ledger.put({ ...current, state, restatement: null })) === "written") return true;
    const [stored] = await ledger.sessions([current.bill]);
    // Another run has finished it.
    if (stored?.state !== "closing" || stored.bill.version !== session.bill.version) return false;
    current = stored;
  }
}
