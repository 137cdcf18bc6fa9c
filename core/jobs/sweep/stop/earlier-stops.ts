import { finishedAfterMs } from "../../../cleanup/stop/presumed-stop.ts";
import type { EntryOutcome } from "../../../cleanup/stop/stop-outcome.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { StopRecord } from "../../../ports/stops.ts";
import type { StopOrder } from "./stop-ports.ts";
import { refusedBy } from "./stop-refusal.ts";

/** What is written down of a session says that it need not, or must not, be stopped now; null where it does not. `own` is this run's own record. */
export function byEarlierStops(
  { entry }: Pick<StopOrder, "entry">,
  earlier: readonly StopRecord[],
  own: string | null,
  now: Instant,
): EntryOutcome | null {
  if (earlier.some((record) => hasEnded(record) && now - endedAt(record) < finishedAfterMs)) {
    return { kind: "already-gone", entry, problem: null };
  }
  if (!earlier.some(({ id, state }) => state === "intended" && id !== own)) return null;
  const message =
    "Another run is stopping it at this moment, or was killed while it did: a pass from ten minutes after that on finds out which.";
  return refusedBy({ entry }, "taken", message);
}

/** One that lives although it was seen to have ended was seen wrong then, and is looked at as any other once that is long ago. */
export const hasEnded = ({ state }: StopRecord): boolean => state === "stopped" || state === "already-gone";

const endedAt = ({ decidedAt, intendedAt }: StopRecord): Instant => decidedAt ?? intendedAt;
