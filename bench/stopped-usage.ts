import type { Instant } from "../core/kernel/instant.ts";
import type { StopRecord } from "../core/ports/stops.ts";
import { usageRecords } from "../local/fleet/usage-records.ts";
import type { World } from "../local/world.ts";

export interface StoppedUsage {
  /** The highest level of all of its records. */
  readonly peakBytes: number;
  /** Stamps of the records at or above the idle level, from the horizon of its stop to the stop. */
  readonly hotAt: readonly number[];
}

const idleVcpu = 0.02;
const gib = 2 ** 30;

/** What the usage records of a stopped session say once all of them have come, which no sweep could know. */
export function stoppedUsage(world: World, { key, entry, intendedAt }: StopRecord, now: Instant): StoppedUsage {
  const session = world.place(key.account, key.region)?.sessions.get(key.interpreter)?.get(key.session);
  if (session === undefined) throw new Error(`nothing is known of ${key.session}`);
  const horizon = entry.decision.horizon ?? intendedAt;
  let peakBytes = 0;
  const hotAt: number[] = [];
  for (const { stampAt, elapsedSeconds, vcpuHours, gbHours } of usageRecords(session, world, 0, now)) {
    // Of a few milliseconds there is no level.
    if (elapsedSeconds < 0.25) continue;
    peakBytes = Math.max(peakBytes, Math.round((gbHours * gib * 3600) / elapsedSeconds));
    if (stampAt <= horizon || stampAt > intendedAt) continue;
    if ((vcpuHours * 3600) / elapsedSeconds >= idleVcpu) hotAt.push(stampAt);
  }
  return { peakBytes, hotAt };
}
