import { handStopPlannedEvent, refusedEvent, stopPlannedEvent } from "../../../cleanup/cleanup-events.ts";
import type { Plan } from "../../../cleanup/plan/plan.ts";
import type { RecordedOverride } from "../../../cleanup/stop/recorded-override.ts";
import type { EntryOutcome } from "../../../cleanup/stop/stop-outcome.ts";
import { type Target, targetKey } from "../../../inventory/target.ts";
import type { Clock } from "../../../ports/clock.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecords } from "../../../ports/stops.ts";
import { stopEvents } from "./stop-events.ts";
import { type TellPorts, type Told, tellCleanup } from "./tell-cleanup.ts";

export interface TellStopsPorts extends TellPorts {
  readonly clock: Pick<Clock, "now">;
  readonly records: Pick<StopRecords, "between">;
}

/**
 * Tells what is about to be stopped by a plan that a person applies, or by hand, so that whoever is told hears of it before. What passes of
 * the same state tell has the same ids. Throws only when `signal` is aborted.
 */
export function tellPlannedStops(
  ports: TellStopsPorts,
  { id, entries }: Plan,
  override: Pick<RecordedOverride, "by" | "reason"> | null,
  signal: AbortSignal,
): Promise<Told> {
  const now = ports.clock.now();
  const events = entries.map((entry) =>
    override === null ? stopPlannedEvent(now, id, entry, true) : handStopPlannedEvent(now, id, entry, override),
  );
  return tellCleanup(ports)(now, events, true, signal);
}

/**
 * Tells what became of stops in some targets: those of the last day that nobody has told, so that what a run left that was killed is told
 * as well. Where `signal` is aborted it is kept for whoever tells something next, and nothing is sent.
 */
export async function tellStops(
  ports: TellStopsPorts,
  targets: readonly Target[],
  outcomes: readonly EntryOutcome[],
  signal: AbortSignal,
): Promise<Told> {
  const now = ports.clock.now();
  const byTarget = Map.groupBy(outcomes, ({ entry }) => targetKey(entry.key));
  const refused = [...byTarget.values()].flatMap((own) => refusedEvent(now, own) ?? []);
  const sending = signal.aborted ? { ...ports, sendEvents: sendsNothing } : ports;
  try {
    const events = [...(await stopEvents(ports, targets, now)), ...refused];
    return await tellCleanup(sending)(now, events, true, signal);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { events: [], problems: [{ code: "StateUnavailable", message: error.message }] };
  }
}

const sendsNothing: TellPorts["sendEvents"] = async (events) =>
  events.map(() => ({ sent: false, reason: "interrupted" }));
