import type { SessionKey } from "../../core/billing/usage-record.ts";
import type { InterpreterId } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";
import type { Ledger, LedgerSession, ReadMark } from "../../core/ports/ledger.ts";
import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";

/** Remembers as long as the process lives: for one pass that keeps nothing, and for tests. */
export function memoryLedger(): Ledger {
  const marks = new Map<string, Map<InterpreterId, ReadMark>>();
  const sessions = new Map<string, Map<string, LedgerSession>>();
  const under = <K, V>(maps: Map<string, Map<K, V>>, target: Parameters<typeof targetPart>[0]): Map<K, V> => {
    const key = targetPart(target);
    const found = maps.get(key) ?? new Map<K, V>();
    maps.set(key, found);
    return found;
  };
  const stored = (key: SessionKey): LedgerSession | null => under(sessions, key).get(sessionPart(key)) ?? null;

  return {
    marks: async (target) => [...under(marks, target).values()].sort((a, b) => byText(a.interpreter, b.interpreter)),
    advance: async (target, mark) => {
      const own = under(marks, target);
      const before = own.get(mark.interpreter) ?? mark;
      own.set(mark.interpreter, {
        interpreter: mark.interpreter,
        readUntil: instant(Math.max(before.readUntil, mark.readUntil)),
        finalUntil: instant(Math.max(before.finalUntil, mark.finalUntil)),
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
        .filter(([, { bill }]) => !bill.final)
        .sort(([a], [b]) => byText(a, b))
        .map(([, session]) => session),
  };
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
