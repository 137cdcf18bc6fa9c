import type { ScannedSession, ScanOutcome } from "../../core/jobs/scan/outcome.ts";
import { compareUsd } from "../../core/kernel/money.ts";

export const sessionOrders = ["cost", "age", "id"] as const;
export type SessionOrder = (typeof sessionOrders)[number];

/** The pass with only those of its sessions that are older than a time; what its targets count stays the count of all. */
export const olderThan = (outcome: ScanOutcome, ageMs: number): ScanOutcome => ({
  ...outcome,
  targets: outcome.targets.map((target) => ({
    ...target,
    sessions: target.sessions.filter((session) => outcome.asOf - session.createdAt > ageMs),
  })),
});

/** The sessions of all targets: costliest first, oldest first, or by id; without an order, the oldest first within each target. */
export function sessionsInOrder(outcome: ScanOutcome, order: SessionOrder | null): readonly ScannedSession[] {
  if (order === null) return outcome.targets.flatMap((target) => target.sessions.toSorted(compare.age));
  return outcome.targets.flatMap((target) => target.sessions).toSorted(compare[order]);
}

const byId = (a: ScannedSession, b: ScannedSession): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const compare: Readonly<Record<SessionOrder, (a: ScannedSession, b: ScannedSession) => number>> = {
  // By what it may have cost at most; where nobody knows, it comes last.
  cost: (a, b) => {
    const [left, right] = [a.cost.high, b.cost.high];
    if (left === null || right === null) return Number(left === null) - Number(right === null) || byId(a, b);
    return compareUsd(right, left) || byId(a, b);
  },
  age: (a, b) => a.createdAt - b.createdAt || byId(a, b),
  id: byId,
};
