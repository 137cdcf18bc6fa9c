import type { SessionKey } from "../../core/billing/usage-record.ts";
import { instant } from "../../core/kernel/instant.ts";
import { lastRecordAtOf } from "../../core/ledger/last-record.ts";
import type { Ledger, LedgerSession, ReadMark } from "../../core/ports/ledger.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";

/** Remembers as long as the process lives: for one pass that keeps nothing, and for tests. */
export function memoryLedger(): Ledger {
  const marks = new Map<string, Map<string, ReadMark>>();
  const sessions = new Map<string, Map<string, LedgerSession>>();
  const under = <K, V>(maps: Map<string, Map<K, V>>, target: Parameters<typeof targetPart>[0]): Map<K, V> => {
    const key = targetPart(target);
    const found = maps.get(key) ?? new Map<K, V>();
    maps.set(key, found);
    return found;
  };
  const stored = (key: SessionKey): LedgerSession | null => under(sessions, key).get(sessionPart(key)) ?? null;

  return {
    marks: async (target) => [...under(marks, target).values()].sort((a, b) => byText(a.source, b.source)),
    advance: async (target, mark) => {
      const own = under(marks, target);
      const before = own.get(mark.source) ?? mark;
      own.set(mark.source, {
        source: mark.source,
        readUntil: instant(Math.max(before.readUntil, mark.readUntil)),
        finalUntil: instant(Math.max(before.finalUntil, mark.finalUntil)),
        checkedUntil: instant(Math.max(before.checkedUntil, mark.checkedUntil)),
      });
    },
    sessions: async (keys) => keys.map(stored),
    put: async (session) => {
      if ((stored(session.bill)?.revision ?? 0) !== session.revision) return "stale";
      under(sessions, session.bill).set(sessionPart(session.bill), { ...session, revision: session.revision + 1 });
      return "written";
    },
    open: async (target) =>
      [...under(sessions, target).entries()]
        .filter(([, { state }]) => state !== "closed")
        .sort(([a], [b]) => byText(a, b))
        .map(([, { account, ...session }]) => ({ ...session, lastRecordAt: lastRecordAtOf(account) })),
    closed: async function* (target) {
      for (const { state, bill } of under(sessions, target).values()) if (state === "closed") yield bill;
    },
  };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
