import type { LocalSession } from "../world.ts";
import type { BusySpan } from "./busy-span.ts";
import { between } from "./random.ts";

/**
 * Work of a background process that sleeps for 10 to 50 minutes, wakes by itself for one to five, and sleeps again, without
 * any call: what no evidence can foretell.
 */
export function sleeperSpans(session: LocalSession, fromMs: number, toMs: number): BusySpan[] {
  const { profile, seed } = session.activity;
  if (profile !== "sleeper") return [];
  // Wakings begin up to two minutes late, so that even the shortest cycle leaves ten minutes of sleep, and the longest fifty.
  const cycleMs = between(17.5, 48, seed, 90) * minute;
  const spans: BusySpan[] = [];
  for (let cycle = Math.max(1, Math.floor((fromMs - session.createdAt) / cycleMs) - 1); ; cycle++) {
    const startAt = session.createdAt + Math.floor(cycle * cycleMs + between(0, 2, seed, 91, cycle) * minute);
    if (session.createdAt + cycle * cycleMs >= toMs) return spans;
    const endAt = startAt + Math.floor(between(1, 5, seed, 92, cycle) * minute);
    if (startAt < toMs && endAt > fromMs) {
      spans.push({ startAt, endAt, vcpu: between(0.1, 1.5, seed, 93, cycle), isRequest: false });
    }
  }
}

const minute = 60_000;
