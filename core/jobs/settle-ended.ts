import type { SessionSummary } from "../inventory/session.ts";
import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import { emptyAccount } from "../ledger/fold-columns.ts";
import { boundedBill } from "../ledger/unmetered-bill.ts";
import type { LedgerSession } from "../ports/ledger.ts";
import { sessionPart } from "../ports/ledger-key.ts";
import type { AccountsInput, AccountsPorts } from "./accounts-ports.ts";
import type { IngestedTarget } from "./ingest-outcome.ts";
import { putAll } from "./settle-close.ts";
import { readListingTimes, writeListingTimes } from "./settle-memory.ts";
import { isUnread, type ReadSources } from "./settle-source.ts";

const dayMs = 24 * 3_600_000;
/** A listing of thousands of pages that broke off is not begun again at each pass. */
const retryMs = 6 * 3_600_000;
const keysAtOnce = 500;

/**
 * Enters sessions into the ledger that only a listing of ended ones knows: too short for any pass of the scan, and without
 * records. Once a day, for interpreters whose records nobody can read. The listing is written first and dated after, so
 * that a crash costs another listing.
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
  const times = await readListingTimes(ports.documents, target);
  const isDue = (id: InterpreterId): boolean => isUnread(sources, id, now) && (times.dueAt.get(id) ?? now) <= now;
  const due = sources.listed.filter(isDue);
  if (due.length === 0) return { entered: 0, problems: [] };
  const { openSessions } = await ports.registry.load(target);
  const records = [...openSessions, ...(await ports.registry.goneSince(target, since))];
  const known = new Set(records.map((record) => sessionPart({ ...target, ...record })));
  const problems: Problem[] = [];
  let entered = 0;
  const dueAt = new Map(times.dueAt);
  for (const interpreter of due) {
    const listing = await ports.listEndedSessions(target, interpreter, signal);
    problems.push(...listing.problems);
    const fresh = listing.items.filter(
      ({ id, status, createdAt }) =>
        status === "TERMINATED" &&
        createdAt >= since &&
        !known.has(sessionPart({ ...target, interpreter, session: id })),
    );
    for (let from = 0; from < fresh.length; from += keysAtOnce) {
      entered += await enterUnknown(ports, now, input, target, interpreter, fresh.slice(from, from + keysAtOnce));
    }
    dueAt.set(interpreter, plusMs(now, listing.complete ? dayMs : retryMs));
  }
  await writeListingTimes(ports.documents, target, { ...times, dueAt });
  return { entered, problems };
}

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
