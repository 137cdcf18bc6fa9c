import type { LocalSession, World } from "../world.ts";
import { plannedEnd } from "./life.ts";
import { bootSeconds, lastIndexAt, visitRecords } from "./meter-records.ts";

/** What a session is billed for in one hour of its records' stamps, by rule 2026-09. */
export interface HourOfUse {
  readonly hourAt: number;
  vcpuNs: bigint;
  byteMs: bigint;
}

const hourMs = 3_600_000;
const floorBytes = 2 ** 27;

/** The hours of a session that has ended. They do not change any more, so they are kept. */
export function billedHours(session: LocalSession, world: World): readonly HourOfUse[] {
  const { endedAt } = plannedEnd(session);
  const known = kept.get(session);
  if (known?.endedAt === endedAt) return known.hours;
  const hours = hoursOf(session, world, endedAt);
  kept.set(session, { endedAt, hours });
  return hours;
}

const kept = new WeakMap<LocalSession, { readonly endedAt: number; readonly hours: readonly HourOfUse[] }>();

function hoursOf(session: LocalSession, world: World, endedAt: number): readonly HourOfUse[] {
  const hours = new Map<number, HourOfUse>();
  let peakBytes = floorBytes;
  let elapsedMs = 0;
  let last: HourOfUse | null = null;
  const range = { fromIndex: -bootSeconds(session), toIndex: lastIndexAt(session, endedAt) };
  visitRecords(session, world, range, endedAt, (record) => {
    const hourAt = Math.floor(record.stampAt / hourMs) * hourMs;
    const hour = hours.get(hourAt) ?? { hourAt, vcpuNs: 0n, byteMs: 0n };
    hours.set(hourAt, hour);
    peakBytes = Math.max(peakBytes, record.levelBytes ?? 0);
    hour.vcpuNs += BigInt(record.vcpuNs);
    // Both factors are exact, and 8 GB for a minute is far below 2^53.
    hour.byteMs += BigInt(record.elapsedMs * peakBytes);
    elapsedMs += record.elapsedMs;
    last = hour;
  });
  // The minimum of one second, which only a session within a single second or two can meet.
  const final = last as HourOfUse | null;
  if (final !== null && elapsedMs < 1000) {
    for (const hour of hours.values()) hour.byteMs = 0n;
    final.byteMs = BigInt(1000 * peakBytes);
  }
  return [...hours.values()];
}
