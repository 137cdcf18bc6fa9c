import type { Target } from "../../inventory/target.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { finishedAfterMs } from "./stop-one.ts";
import type { StopPorts } from "./stop-ports.ts";

/**
 * Finds out what became of stops whose run was killed after it wrote its intent. A session that is gone was stopped: the intent
 * says that we meant to. One that lives was not, or not yet: the intent is given up, and whether it is to be stopped is decided anew.
 * What cannot be found out stays as it is for the next pass. Throws `RegistryError`, and when `signal` is aborted.
 */
export async function finishStops(
  { records, getSession, clock }: Pick<StopPorts, "records" | "getSession" | "clock">,
  target: Target,
  signal: AbortSignal,
): Promise<readonly StopRecord[]> {
  const finished: StopRecord[] = [];
  for (const record of await records.intended(target)) {
    const now = clock.now();
    if (now - record.intendedAt < finishedAfterMs) continue;
    const { interpreter, session } = record.key;
    const found = await getSession(record.key, interpreter, session, signal);
    const state = stateOf(found);
    if (state === null) continue;
    const next: StopRecord = { ...record, state, decidedAt: now, problem: null };
    if ((await records.put(next)) === "written") finished.push({ ...next, revision: next.revision + 1 });
  }
  return finished;
}

function stateOf(found: Awaited<ReturnType<StopPorts["getSession"]>>): "stopped" | "abandoned" | null {
  if (found.kind === "failed") return null;
  if (found.kind === "gone" || found.value.status === "TERMINATED") return "stopped";
  return found.value.status === "READY" ? "abandoned" : null;
}
