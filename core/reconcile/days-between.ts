import { startOfDay } from "../kernel/calendar.ts";
import { type Instant, plusMs } from "../kernel/instant.ts";

const dayMs = 86_400_000;

/** Starts of the days of UTC that lie in [from, until), in whole or in part. */
export function daysBetween(from: Instant, until: number): readonly Instant[] {
  const first = startOfDay(from);
  const count = Math.max(0, Math.ceil((until - first) / dayMs));
  return Array.from({ length: count }, (_, index) => plusMs(first, index * dayMs));
}
