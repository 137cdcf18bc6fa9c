import type { SessionKey } from "../../../billing/usage-record.ts";
import { mayHaveStopped } from "../../../cleanup/stop/presumed-stop.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../../kernel/instant.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../../ports/stops.ts";
import { stillReadyCode } from "./stop-send.ts";

/**
 * Which sessions of a target were stopped within a window, by whomever, as `nameInCount` names them; null where that cannot be read.
 * An intent may have been carried out: it counts, until it is known that it was not. So does each Stop that was sent and not refused, though
 * its session lived on for as long as anybody looked, or was gone by its time limit when somebody looked; and one that lies ahead, of a clock that
 * was wrong.
 */
export async function stoppedWithin(
  records: Pick<StopRecords, "between">,
  target: Target,
  windowMs: number,
  now: Instant,
): Promise<ReadonlySet<string> | null> {
  try {
    const found = await records.between(target, plusMs(now, 1 - windowMs), endOfTime);
    return new Set(found.filter(isStop).map(({ key }) => nameInCount(key)));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return null;
  }
}

export const nameInCount = ({ interpreter, session }: SessionKey): string => JSON.stringify([interpreter, session]);

const isStop = (record: StopRecord): boolean =>
  record.state === "stopped" ||
  record.state === "intended" ||
  (record.state === "failed" && record.problem?.code === stillReadyCode) ||
  mayHaveStopped(record);

/** The last instant that a date can say. */
const endOfTime = instant(8.64e15);
