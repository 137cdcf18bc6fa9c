import type { Place, World } from "../world.ts";
import { plannedEnd } from "./life.ts";
import { indicesWithin, visitRecords } from "./meter-records.ts";

export interface MinuteUsage {
  readonly vcpuNs: number;
  readonly byteMs: number;
}

const minute = 60_000;

/**
 * What an interpreter's sessions used by the records stamped in one minute; null where there are none. Minutes are kept, so
 * ask only for those that can be read: they lie far enough back not to change any more.
 */
export function minuteUsage(place: Place, world: World, interpreterId: string, minuteAt: number): MinuteUsage | null {
  const ofPlace = keptOf(place, interpreterId);
  const known = ofPlace.get(minuteAt);
  if (known !== undefined) return known;
  const computed = compute(place, world, interpreterId, minuteAt);
  ofPlace.set(minuteAt, computed);
  return computed;
}

const kept = new WeakMap<Place, Map<string, Map<number, MinuteUsage | null>>>();

function keptOf(place: Place, interpreterId: string): Map<number, MinuteUsage | null> {
  const ofPlace = kept.get(place) ?? new Map<string, Map<number, MinuteUsage | null>>();
  kept.set(place, ofPlace);
  const minutes = ofPlace.get(interpreterId) ?? new Map<number, MinuteUsage | null>();
  ofPlace.set(interpreterId, minutes);
  return minutes;
}

function compute(place: Place, world: World, interpreterId: string, minuteAt: number): MinuteUsage | null {
  const toMs = minuteAt + minute;
  let vcpuNs = 0;
  let byteMs = 0;
  let records = 0;
  for (const session of place.sessions.get(interpreterId)?.values() ?? []) {
    if (session.bootAt >= toMs || plannedEnd(session).endedAt < minuteAt) continue;
    // A microVM boots before its session is born and is metered all the same, so birth does not count here.
    const asOf = Math.max(world.clock.now(), session.createdAt);
    visitRecords(session, world, indicesWithin(session, minuteAt, toMs), asOf, (record) => {
      if (record.stampAt < minuteAt || record.stampAt >= toMs) return;
      records++;
      vcpuNs += record.vcpuNs;
      byteMs += record.byteMs;
    });
  }
  return records === 0 ? null : { vcpuNs, byteMs };
}
