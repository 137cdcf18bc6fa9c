import { expiresAtOf } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { StopRecord } from "../../ports/stops.ts";
import type { StopPorts } from "./stop-ports.ts";

/** An intent that is older is one of a run that was killed, or that could not find out what came of it. */
export const finishedAfterMs = 10 * 60_000;

/**
 * Finds out what became of stops whose run was killed after it wrote its intent. A session that is gone was stopped: the intent
 * says that we meant to, and its time limit had not passed. One that lives was not stopped: the intent is given up, and whether it is to be
 * is decided anew. What cannot be found out stays as it is for the next pass. Throws `RegistryError`, and when `signal` is aborted.
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
    const state = stateOf(record, found, now);
    if (state === null) continue;
    const next: StopRecord = { ...record, state, decidedAt: now, problem: null };
    if ((await records.put(next)) === "written") finished.push({ ...next, revision: next.revision + 1 });
  }
  return finished;
}

function stateOf(
  { entry }: StopRecord,
  found: Awaited<ReturnType<StopPorts["getSession"]>>,
  now: Instant,
): StopRecord["state"] | null {
  if (found.kind === "failed") return null;
  if (found.kind === "gone" || found.value.status === "TERMINATED") {
    // Where its time has run out meanwhile, nobody knows what ended it, and we do not claim it.
    const expiresAt = expiresAtOf(entry);
    return expiresAt !== null && expiresAt <= now ? "already-gone" : "stopped";
  }
  return found.value.status === "READY" ? "abandoned" : null;
}
