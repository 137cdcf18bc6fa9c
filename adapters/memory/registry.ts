import { type Target, targetKey } from "../../core/inventory/target.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { OutgoingEvent } from "../../core/ports/events.ts";
import type { Outbox } from "../../core/ports/outbox.ts";
import { keptGoneMs, type Registry, type SessionRecord, type TargetChange } from "../../core/ports/registry.ts";

interface Kept {
  revision: number;
  alerts: TargetChange["alerts"];
  health: TargetChange["health"] | null;
  readonly sessions: Map<string, SessionRecord>;
  /** In the order in which they came. */
  readonly outbox: Map<string, { readonly event: OutgoingEvent; claimedUntil: Instant | null }>;
}

/** Remembers as long as the process lives: for one pass that keeps nothing, and for tests. */
export function memoryRegistry(): Registry & Outbox {
  const targets = new Map<string, Kept>();

  const keptOf = (target: Target): Kept => {
    const key = targetKey(target);
    const kept = targets.get(key) ?? {
      revision: 0,
      alerts: [],
      health: null,
      sessions: new Map(),
      outbox: new Map(),
    };
    targets.set(key, kept);
    return kept;
  };

  return {
    load: async (target) => {
      const kept = keptOf(target);
      return {
        revision: kept.revision,
        openSessions: [...kept.sessions.values()].filter((record) => record.goneAt === null).sort(byKey),
        alerts: kept.alerts,
        health: kept.health,
        unsentEvents: [...kept.outbox.values()].map((entry) => entry.event),
      };
    },
    commit: async (target, revision, change) => {
      const kept = keptOf(target);
      if (kept.revision !== revision) return "stale";
      kept.revision += 1;
      kept.alerts = change.alerts;
      kept.health = change.health;
      for (const record of change.sessions) kept.sessions.set(keyOf(record), record);
      for (const [key, record] of kept.sessions) {
        if (record.goneAt !== null && record.goneAt < change.at - keptGoneMs) kept.sessions.delete(key);
      }
      for (const event of change.newEvents) {
        if (!kept.outbox.has(event.id)) kept.outbox.set(event.id, { event, claimedUntil: null });
      }
      return "committed";
    },
    addGone: async (target, sessions) => {
      const kept = keptOf(target).sessions;
      for (const record of sessions) if (!kept.has(keyOf(record))) kept.set(keyOf(record), record);
    },
    goneSince: async (target, since) =>
      [...keptOf(target).sessions.values()].filter((record) => (record.goneAt ?? -1) >= since).sort(byGoneAt),
    take: async (target, now, until) => {
      const free = [...keptOf(target).outbox.values()].filter(
        (entry) => entry.claimedUntil === null || entry.claimedUntil <= now,
      );
      for (const entry of free) entry.claimedUntil = until;
      return free.map((entry) => entry.event);
    },
    settle: async (target, sentIds, unsentIds) => {
      const { outbox } = keptOf(target);
      for (const id of sentIds) outbox.delete(id);
      for (const id of unsentIds) {
        const entry = outbox.get(id);
        if (entry !== undefined) entry.claimedUntil = null;
      }
    },
  };
}

const keyOf = (record: SessionRecord): string => `${record.interpreter}#${record.session}`;
const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byKey = (a: SessionRecord, b: SessionRecord): number => byText(keyOf(a), keyOf(b));
const byGoneAt = (a: SessionRecord, b: SessionRecord): number => (b.goneAt ?? 0) - (a.goneAt ?? 0) || byKey(a, b);
