import { sessionPart, targetPart } from "../../core/ports/ledger-key.ts";
import { textOfStop } from "../../core/ports/stop-text.ts";
import type { StopRecord, StopRecords } from "../../core/ports/stops.ts";

/** Remembers as long as the process lives. */
export function memoryStopRecords(): StopRecords {
  const kept = new Map<string, StopRecord>();
  const those = (holds: (record: StopRecord) => boolean): readonly StopRecord[] =>
    [...kept.values()].filter(holds).sort((a, b) => a.intendedAt - b.intendedAt || (a.id < b.id ? -1 : 1));
  return {
    put: async (record) => {
      if ((kept.get(record.id)?.revision ?? 0) !== record.revision) return "stale";
      const next = { ...record, revision: record.revision + 1 };
      // What other stores cannot write is refused here, too.
      textOfStop(next);
      kept.set(record.id, next);
      return "written";
    },
    intended: async (target) =>
      those(({ key, state }) => state === "intended" && targetPart(key) === targetPart(target)),
    between: async (target, from, until) =>
      those(
        ({ key, intendedAt }) => targetPart(key) === targetPart(target) && intendedAt >= from && intendedAt < until,
      ),
    ofSession: async (wanted) =>
      those(({ key }) => targetPart(key) === targetPart(wanted) && sessionPart(key) === sessionPart(wanted)),
    targets: async () => {
      const found = [...kept.values()].map(({ key: { account, region } }) => ({ account, region }));
      return [...new Map(found.map((target) => [targetPart(target), target])).values()];
    },
  };
}
