import { stopRecordEvent } from "../../../cleanup/cleanup-events.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { OutgoingEvent } from "../../../ports/events.ts";
import type { StopRecords } from "../../../ports/stops.ts";

const hourMs = 3_600_000;
/** What is older was told by an earlier run, or is no news. */
export const newsMs = 24 * hourMs;

/**
 * What became of stops that were made lately, by whomever: so that a run which was killed right after a stop leaves it to the next one. Throws
 * `RegistryError`.
 */
export async function stopEvents(
  { records }: { readonly records: Pick<StopRecords, "between"> },
  targets: readonly Target[],
  now: Instant,
): Promise<readonly OutgoingEvent[]> {
  const stored = await Promise.all(
    targets.map((target) => records.between(target, plusMs(now, -newsMs), plusMs(now, hourMs))),
  );
  return stored.flat().flatMap((record) => stopRecordEvent(now, record) ?? []);
}
