import * as z from "zod";
import { type Instant, instant, isoOf } from "../core/kernel/instant.ts";

const schema = z.object({ scheduledAt: z.iso.datetime({ offset: true }) });

/**
 * When the pass was due. EventBridge Scheduler puts its own time there, so that a retry replays the same pass instead of
 * making a later one. Throws where the event is not the schedule's.
 */
export function scheduledAt(event: unknown): Instant {
  const parsed = schema.safeParse(event);
  if (!parsed.success) {
    throw new TypeError(
      `the event has no scheduledAt: to run a pass by hand, invoke the function with {"scheduledAt":"2026-01-31T12:00:00Z"} and the time it is now`,
    );
  }
  return instant(Date.parse(parsed.data.scheduledAt));
}

const hourMs = 3_600_000;
const mostAheadMs = hourMs;
const mostBehindMs = 24 * hourMs;

/**
 * Throws where a pass is due at another time than it is run at: what is read of usage records is read up to then, and what comes
 * later would be looked for in vain. A pass that is tried again is late by hours at most.
 */
export function refuseOtherTimes(dueAt: Instant, clockAt: number): void {
  if (dueAt - clockAt <= mostAheadMs && clockAt - dueAt <= mostBehindMs) return;
  throw new RangeError(
    `the event's scheduledAt is ${isoOf(dueAt)}, and it is ${isoOf(instant(clockAt))}: nothing was read, for a pass is of the time it is run at, up to an hour ahead of it or a day behind; invoke the function with the time it is now`,
  );
}
