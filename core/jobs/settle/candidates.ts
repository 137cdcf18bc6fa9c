import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Ledger, ListedSession } from "../../ports/ledger.ts";
import { sessionPart } from "../../ports/ledger-key.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import { lifeOf, type SessionLife } from "./life.ts";
import { isOwnEntry } from "./unlisted.ts";

/** A session whose bill is not closed, with all that is known of it. */
export interface Candidate {
  readonly key: SessionKey;
  /** Null where the ledger does not know it yet. */
  readonly stored: ListedSession | null;
  /** Null where the registry does not know it. */
  readonly record: SessionRecord | null;
  readonly life: SessionLife;
  /** Null where it has no records. */
  readonly lastRecordAt: Instant | null;
}

/**
 * Those that the ledger has open, and of those that only the registry knows each that `isWanted`: to find out which of them
 * are closed costs a read each.
 */
export async function candidatesOf(
  ledger: Pick<Ledger, "sessions">,
  target: Target,
  open: readonly ListedSession[],
  records: readonly SessionRecord[],
  isWanted: (record: SessionRecord) => boolean,
): Promise<readonly Candidate[]> {
  const byName = new Map(records.map((record) => [sessionPart({ ...target, ...record }), record]));
  const known = new Set(open.map(({ bill }) => sessionPart(bill)));
  const others = records.filter((record) => !known.has(sessionPart({ ...target, ...record })) && isWanted(record));
  const keys = others.map(({ interpreter, session }) => ({ ...target, interpreter, session }));
  const stored = keys.length === 0 ? [] : await ledger.sessions(keys);
  return [
    ...open.map((session) => candidateOf(keyOf(session), session, byName.get(sessionPart(session.bill)) ?? null)),
    ...keys.flatMap((key, index) => {
      const session = stored[index] ?? null;
      // What is not in `open` and yet in the ledger is closed.
      return session === null ? [candidateOf(key, null, others[index] ?? null)] : [];
    }),
  ];
}

function candidateOf(key: SessionKey, stored: ListedSession | null, known: SessionRecord | null): Candidate {
  const record = known !== null && stored !== null && isOwnEntry(known, stored) ? null : known;
  return { key, stored, record, life: lifeOf(record, stored), lastRecordAt: stored?.lastRecordAt ?? null };
}

const keyOf = ({ bill: { account, region, interpreter, session } }: ListedSession): SessionKey => ({
  account,
  region,
  interpreter,
  session,
});
