import type { SessionSummary } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { emptyAccount } from "../../ledger/fold-columns.ts";
import { boundedBill } from "../../ledger/unmetered-bill.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import { sessionPart } from "../../ports/ledger-key.ts";
import type { AccountsInput, AccountsPorts } from "../accounts/ports.ts";
import type { IngestedTarget } from "../ingest/outcome.ts";
import { putAll } from "./close-sessions.ts";
import { type EndedListing, readListings, writeListings } from "./memory.ts";
import { isUnread, type ReadSources } from "./source.ts";

const dayMs = 24 * 3_600_000;
/** Of all interpreters of a target in one pass: at a deployment's 1.5 requests a second they take two minutes. */
const pagesPerPass = 200;
const keysAtOnce = 500;

/**
 * Enters sessions into the ledger that only a listing of ended ones knows: too short for any pass of the scan, and without
 * records. Once a day, for interpreters whose records nobody can read, some pages in each pass until its end. How far it came
 * is written after each interpreter, so that a pass that is cut off costs its own pages alone. A listing that fails, also for a
 * token that has expired, is begun again the next day.
 */
export async function enterEnded(
  ports: Pick<AccountsPorts, "listEndedSessions" | "registry" | "ledger" | "documents" | "kind">,
  now: Instant,
  input: Pick<AccountsInput, "prices" | "meter">,
  target: Target,
  sources: ReadSources & Pick<IngestedTarget, "listed">,
  /** Sessions that began before it are none of the ledger's. */
  since: Instant,
  signal: AbortSignal,
): Promise<{ readonly entered: number; readonly problems: readonly Problem[] }> {
  let memory = await readListings(ports.documents, target);
  const dueAt = (id: InterpreterId): Instant => memory.listings.get(id)?.dueAt ?? instant(0);
  // Those that wait longest come first, so that each has its turn.
  const due = sources.listed
    .filter((id) => isUnread(sources, id, now) && isDue(dueAt(id), now))
    .toSorted((a, b) => dueAt(a) - dueAt(b));
  if (due.length === 0) return { entered: 0, problems: [] };
  const { openSessions } = await ports.registry.load(target);
  const records = [...openSessions, ...(await ports.registry.goneSince(target, since))];
  const known = new Set(records.map((record) => sessionPart({ ...target, ...record })));
  const problems: Problem[] = [];
  let entered = 0;
  let pagesLeft = pagesPerPass;
  for (const interpreter of due) {
    if (pagesLeft <= 0) break;
    const { next: from = null, begunAt = now } = goingOn(memory.listings.get(interpreter));
    const listing = await ports.listEndedSessions(target, interpreter, { from, pages: pagesLeft }, signal);
    pagesLeft -= listing.pages;
    problems.push(...listing.problems);
    const fresh = listing.items.filter(
      ({ id, status, createdAt }) =>
        status === "TERMINATED" &&
        createdAt >= since &&
        !known.has(sessionPart({ ...target, interpreter, session: id })),
    );
    for (let first = 0; first < fresh.length; first += keysAtOnce) {
      entered += await enterUnknown(ports, now, input, target, interpreter, fresh.slice(first, first + keysAtOnce));
    }
    const { next } = listing;
    const isDone = next === null;
    const listings = new Map(memory.listings).set(interpreter, {
      dueAt: isDone ? plusMs(begunAt, dayMs) : now,
      begunAt,
      next,
    });
    // Where another run wrote meanwhile, it lists the same: this one leaves it to it.
    if ((await writeListings(ports.documents, target, { ...memory, listings })) === "stale") break;
    memory = { revision: memory.revision + 1, listings };
  }
  return { entered, problems };
}

/** What is due in more than a day was put off by a clock that was ahead. */
const isDue = (dueAt: Instant, now: Instant): boolean => dueAt <= now || dueAt - now > dayMs;

/** A listing that broke off before its end is gone on with; any other is begun. */
const goingOn = (before: EndedListing | undefined): { readonly next?: string; readonly begunAt?: Instant } =>
  before === undefined || before.next === null ? {} : { next: before.next, begunAt: before.begunAt };

async function enterUnknown(
  ports: Pick<AccountsPorts, "ledger" | "kind">,
  now: Instant,
  input: Pick<AccountsInput, "prices" | "meter">,
  target: Target,
  interpreter: InterpreterId,
  summaries: readonly SessionSummary[],
): Promise<number> {
  const keys = summaries.map(({ id }) => ({ ...target, interpreter, session: id }));
  const stored = await ports.ledger.sessions(keys);
  const terms = { asOf: now, final: false, size: ports.kind.size, prices: input.prices, gb: input.meter.gb };
  const entered = summaries.flatMap((summary, index): readonly LedgerSession[] => {
    const key = keys[index];
    if (key === undefined || (stored[index] ?? null) !== null) return [];
    const { name, createdAt } = summary;
    const limit = plusMs(createdAt, ports.kind.maxTimeoutSeconds * 1000);
    const session = {
      key,
      name,
      createdAt,
      // It has ended, and nobody says when.
      endedAt: null,
      endSource: "list" as const,
      aliveUntil: createdAt,
      endsAtMost: limit < now ? limit : now,
    };
    const bill = boundedBill(session, terms);
    return [{ revision: 0, state: "open", account: emptyAccount(key), bill, timeoutAt: null, restatement: null }];
  });
  return (await putAll(ports, entered)).length;
}
