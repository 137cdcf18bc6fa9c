import { collapseProblems } from "../../kernel/collapse-problems.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { LedgerSession, ListedSession } from "../../ports/ledger.ts";
import { sessionPart } from "../../ports/ledger-key.ts";
import { orTold } from "../accounts/document-problem.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";
import type { IngestedTarget } from "../ingest/outcome.ts";
import { candidatesOf } from "./candidates.ts";
import { closeSessions, finishClosing, putAll } from "./close-sessions.ts";
import { enterEnded } from "./ended.ts";
import { mendHistory } from "./holes.ts";
import { wholeUntil } from "./hours.ts";
import { rememberWritten } from "./known-days.ts";
import { lookUpUnseen, rememberLives } from "./look-up.ts";
import { readSettleMemory, writeSettleMemory } from "./memory.ts";
import { settleMetered } from "./metered.ts";
import { knownSessions } from "./registry.ts";
import { refreshTags } from "./tags.ts";
import { exceptListed } from "./unlisted.ts";
import { billUnmetered } from "./unmetered.ts";

/** What one pass closed of one target. */
export interface SettledTarget {
  readonly closed: number;
  readonly restated: number;
  /** Sessions whose bill is provisional after the pass. */
  readonly open: number;
  /** Late records that this pass gave up, because their source has expired. */
  readonly lateUnverifiable: number;
  /** What this pass gave up beside them because it may be no more than redeliveries. */
  readonly lateUncertain: number;
  readonly problems: readonly Problem[];
}

/**
 * Closes what can no longer change in the ledger of one target, and restates what changed after all. Every step may be cut
 * off and done again. Throws `RegistryError` where a store cannot be read or written, and when `signal` is aborted.
 */
export const settle =
  (ports: AccountsPorts) =>
  async (now: Instant, input: AccountsInput, ingested: IngestedTarget, signal: AbortSignal): Promise<SettledTarget> => {
    const { target } = ingested;
    const terms = { now, prices: input.prices, meter: input.meter };
    // Of sessions that went before it, no records are read: they would look as if they had none.
    const since = plusMs(now, -input.backfillMs);
    const holes = await orTold("Lost files of history were not looked for", () => mendHistory(ports, now, target));
    const before = await ports.ledger.open(target);
    const unfinished = before.flatMap(({ state, bill }) => (state === "closing" ? [bill] : []));
    const finished = await finishClosing(ports, terms, unfinished, signal);
    const tagProblems = await refreshTags(ports, now, target, ingested.listed, signal);
    const listed = await enterEnded(ports, now, input, target, ingested, since, signal);
    const isStale = finished.closed.length > 0 || listed.entered > 0;
    const open = (isStale ? await ports.ledger.open(target) : before).filter(({ state }) => state !== "closing");

    const memory = await readSettleMemory(ports.documents, target, since, now);
    const known = await knownSessions(ports, now, target, ingested, memory);
    const found = await candidatesOf(ports.ledger, target, open, known.records, known.isWanted);
    const looked = await lookUpUnseen(ports, now, target, found, ingested, signal);
    const candidates = looked.candidates.filter((candidate) => !looked.waiting.has(candidate));
    const metered = await settleMetered(ports, now, input, target, candidates, ingested, signal);
    const unmetered = await billUnmetered(
      ports,
      now,
      input,
      target,
      candidates,
      known.records,
      [...open, ...metered.closing].map(({ bill }) => bill),
      ingested,
      memory,
      signal,
    );

    await rememberLives(ports, looked.alive);
    const unlisted = { ...ports, registry: exceptListed(ports.registry, target, known.records) };
    const written = await putAll(ports, [...metered.unchanged, ...unmetered.provisional]);
    const { closed, problems: unclosed } = await closeSessions(
      unlisted,
      terms,
      [...metered.closing, ...unmetered.final],
      signal,
    );
    const left = leftOpen(open, written, closed);
    const memoryProblems = await orTold("Settled sessions are looked through again", async () => {
      const marks = {
        revision: memory.revision,
        goneSince: known.goneSince(found, left),
        sharedUntil: unmetered.shared ? wholeUntil(now) : memory.sharedUntil,
      };
      await writeSettleMemory(ports.documents, target, marks, now);
      return [];
    });
    const done = [...finished.closed, ...closed];
    const daysProblems = await orTold("Days of history were not remembered", () =>
      rememberWritten(
        ports.documents,
        target,
        done.map(({ bill }) => bill),
      ),
    );
    const restated = done.filter(({ restatement }) => restatement !== null).length;
    return {
      closed: done.length - restated,
      restated,
      open: left.size,
      lateUnverifiable: metered.lateUnverifiable,
      lateUncertain: metered.lateUncertain,
      problems: collapseProblems([
        ...holes,
        ...tagProblems,
        ...memoryProblems,
        ...daysProblems,
        ...listed.problems,
        ...looked.problems,
        ...metered.problems,
        ...unmetered.problems,
        ...finished.problems,
        ...unclosed,
      ]),
    };
  };

/** Names of the sessions that are open after the pass. */
function leftOpen(
  open: readonly ListedSession[],
  written: readonly LedgerSession[],
  closed: readonly LedgerSession[],
): ReadonlySet<string> {
  const left = new Set(open.map(({ bill }) => sessionPart(bill)));
  for (const { bill, state } of written) {
    if (state === "closed") left.delete(sessionPart(bill));
    else left.add(sessionPart(bill));
  }
  for (const { bill } of closed) left.delete(sessionPart(bill));
  return left;
}
