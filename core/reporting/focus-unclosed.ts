import type { SessionKey } from "../billing/usage-record.ts";
import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { SessionBill } from "../ledger/charge.ts";
import type { Ledger } from "../ports/ledger.ts";
import { sessionPart, targetPart } from "../ports/ledger-key.ts";
import type { Registry, SessionRecord } from "../ports/registry.ts";

export interface UnclosedSource {
  readonly ledger: Pick<Ledger, "open">;
  readonly registry: Pick<Registry, "load" | "goneSince">;
}

export type SeenSession = SessionRecord & Target;

/** Names a session among all. */
export const sessionName = (key: SessionKey): string => `${targetPart(key)}/${sessionPart(key)}`;

/**
 * By their names: bills that can still change or that history may not have yet, which count instead of what history has; and
 * sessions that a scan has seen and the ledger does not know as open, which count where history does not know them either.
 */
export async function readUnclosed(
  { ledger, registry }: UnclosedSource,
  { targets, from }: { readonly targets: readonly Target[]; readonly from: Instant },
): Promise<{ readonly bills: ReadonlyMap<string, SessionBill>; readonly records: Map<string, SeenSession> }> {
  const bills = new Map<string, SessionBill>();
  const records = new Map<string, SeenSession>();
  for (const target of targets) {
    // The ledger comes last: a session that is closed in between is in history by the time that is read.
    const { openSessions } = await registry.load(target);
    const gone = await registry.goneSince(target, from);
    for (const record of [...openSessions, ...gone]) {
      records.set(sessionName({ ...record, ...target }), { ...record, ...target });
    }
    for (const { bill } of await ledger.open(target)) bills.set(sessionName(bill), bill);
  }
  for (const name of bills.keys()) records.delete(name);
  return { bills, records };
}
