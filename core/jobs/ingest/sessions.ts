import type { SessionKey } from "../../billing/usage-record.ts";
import { mapConcurrently } from "../../kernel/map-concurrently.ts";
import type { Ledger, LedgerSession } from "../../ports/ledger.ts";

/** What becomes of one stored session, or of one that is not stored yet; null where nothing does. */
export type SessionChange<T> = (stored: LedgerSession | null, item: T) => LedgerSession | null;

/**
 * Reads each session, changes it and writes it. Where somebody else wrote it meanwhile it is read and changed again, so that
 * `change` is asked more than once. Answers the items whose session was written, and how many others won every time.
 */
export async function changeSessions<T extends { readonly key: SessionKey }>(
  ledger: Pick<Ledger, "sessions" | "put">,
  items: readonly T[],
  change: SessionChange<T>,
): Promise<{ readonly written: readonly T[]; readonly contested: number }> {
  const written: T[] = [];
  let contested = 0;
  for (let from = 0; from < items.length; from += sessionsAtOnce) {
    const batch = items.slice(from, from + sessionsAtOnce);
    const stored = await ledger.sessions(batch.map(({ key }) => key));
    const results = await mapConcurrently([...batch.entries()], writesAtOnce, ([index, item]) =>
      changeOne(ledger, item, stored[index] ?? null, change),
    );
    written.push(...batch.filter((_, index) => results[index] === "written"));
    contested += results.filter((result) => result === "stale").length;
  }
  return { written, contested };
}

/** As many as are held in memory beside the window. */
const sessionsAtOnce = 128;
const writesAtOnce = 8;
const mostTries = 6;

async function changeOne<T extends { readonly key: SessionKey }>(
  ledger: Pick<Ledger, "sessions" | "put">,
  item: T,
  first: LedgerSession | null,
  change: SessionChange<T>,
): Promise<"written" | "unchanged" | "stale"> {
  let stored = first;
  for (let tries = 1; ; tries += 1) {
    const changed = change(stored, item);
    if (changed === null) return "unchanged";
    if ((await ledger.put(changed)) === "written") return "written";
    if (tries === mostTries) return "stale";
    stored = (await ledger.sessions([item.key]))[0] ?? null;
  }
}
