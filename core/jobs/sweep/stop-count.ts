import type { SessionKey } from "../../billing/usage-record.ts";
import { type BreakerAnswer, checkBreaker } from "../../cleanup/breaker.ts";
import type { Breaker } from "../../cleanup/policy.ts";
import type { Target } from "../../inventory/target.ts";
import { type Instant, instant, plusMs } from "../../kernel/instant.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord, StopRecords } from "../../ports/stops.ts";

export interface AskedStops {
  readonly target: Target;
  /** Those that are to be stopped now. */
  readonly sessions: readonly SessionKey[];
  /** Null where not all live sessions are known. */
  readonly live: number | null;
}

/** What the breaker of a target says to stopping these sessions beside the others that were stopped within its window. */
export async function askBreaker(
  records: Pick<StopRecords, "between">,
  breaker: Breaker,
  { target, sessions, live }: AskedStops,
  now: Instant,
): Promise<BreakerAnswer> {
  const planned = new Set(sessions.map(textOf));
  const stopped = await stoppedSince(records, target, plusMs(now, -breaker.windowMs));
  const others = stopped === null ? null : [...stopped].filter((session) => !planned.has(session)).length;
  return checkBreaker(breaker, { stopped: others, planned: planned.size, live });
}

/**
 * What was stopped, by whom it may be; null where that cannot be read. An intent may have been carried out: it counts, until it is
 * known that it was not. So does one that lies ahead, of a clock that was wrong.
 */
async function stoppedSince(
  records: Pick<StopRecords, "between">,
  target: Target,
  from: Instant,
): Promise<ReadonlySet<string> | null> {
  const isStop = ({ state }: StopRecord): boolean => state === "stopped" || state === "intended";
  try {
    return new Set((await records.between(target, from, endOfTime)).filter(isStop).map(({ key }) => textOf(key)));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return null;
  }
}

/** The last instant that a date can say. */
const endOfTime = instant(8.64e15);

const textOf = ({ interpreter, session }: SessionKey): string => JSON.stringify([interpreter, session]);
