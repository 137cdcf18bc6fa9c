import type { SessionKey } from "../../billing/usage-record.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../ports/stops.ts";

/**
 * How many sessions of a target were stopped within a window, beside those that are to be stopped now; null where that cannot be
 * read. An intent may have been carried out: it counts, until it is known that it was not. So does one that lies ahead, of a clock
 * that was wrong.
 */
export async function countStops(
  records: Pick<StopRecords, "between">,
  target: Target,
  beside: readonly SessionKey[],
  windowMs: number,
  now: Instant,
): Promise<number | null> {
  try {
    const found = await records.between(target, plusMs(now, -windowMs), endOfTime);
    const stopped = new Set(found.filter(isStop).map(({ key }) => textOf(key)));
    for (const key of beside) stopped.delete(textOf(key));
    return stopped.size;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return null;
  }
}

const isStop = ({ state }: StopRecord): boolean => state === "stopped" || state === "intended";

/** The last instant that a date can say. */
const endOfTime = instant(8.64e15);

const textOf = ({ interpreter, session }: SessionKey): string => JSON.stringify([interpreter, session]);
