import * as z from "zod";
import { type Instant, instant } from "../core/kernel/instant.ts";

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
