import { finishedAfterMs } from "../../../cleanup/stop/presumed-stop.ts";
import { expiresAtOf } from "../../../inventory/session.ts";
import type { Target } from "../../../inventory/target.ts";
import { type Instant, isoOf } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import type { StopRecord } from "../../../ports/stops.ts";
import type { StopPorts } from "./stop-ports.ts";
import { stillReadyCode } from "./stop-send.ts";

/**
 * Finds out what became of stops whose run was killed after it wrote its intent, or saw the session live on. A session that is gone was
 * stopped: the intent says that we meant to, and its time limit had not passed. One that lives was not: the intent is given up, or has
 * failed where it is known that Stop was sent, and whether it is to be is decided anew. What cannot be found out stays as it is for the next
 * pass. Throws `RegistryError`, and when `signal` is aborted.
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
    const seen = stateOf(record, found, now);
    if (seen === null) continue;
    // One session is stopped once, by the last attempt at it that may have done it.
    const isTaken = seen === "stopped" && (await records.ofSession(record.key)).some((it) => takesPlaceOf(it, record));
    const state = isTaken ? notStopped(record) : seen;
    const problem = state !== "failed" ? null : isTaken ? record.problem : livesOn(record, now);
    const next: StopRecord = { ...record, state, decidedAt: now, problem };
    if ((await records.put(next)) === "written") finished.push({ ...next, revision: next.revision + 1 });
  }
  return finished;
}

const takesPlaceOf = ({ attempt, state }: StopRecord, record: StopRecord): boolean =>
  attempt > record.attempt && (state === "stopped" || state === "intended");

/** Where nobody could ask what became of it, it is known now, and counts as any other Stop that was sent. */
const livesOn = ({ problem, key, attempt }: StopRecord, now: Instant): Problem | null =>
  problem === null || problem.code === stillReadyCode
    ? problem
    : {
        ...problem,
        code: stillReadyCode,
        message: `Session ${key.session} of ${key.interpreter} in ${key.region} was READY at ${isoOf(now)}, after attempt ${attempt} to stop it.`,
      };

/** A problem says that Stop was sent. */
const notStopped = ({ problem }: StopRecord): StopRecord["state"] => (problem === null ? "abandoned" : "failed");

function stateOf(
  record: StopRecord,
  found: Awaited<ReturnType<StopPorts["getSession"]>>,
  now: Instant,
): StopRecord["state"] | null {
  if (found.kind === "failed") return null;
  if (found.kind === "gone" || found.value.status === "TERMINATED") {
    // Where its time has run out meanwhile, nobody knows what ended it, and we do not claim it.
    const expiresAt = expiresAtOf(record.entry);
    return expiresAt !== null && expiresAt <= now ? "already-gone" : "stopped";
  }
  return found.value.status === "READY" ? notStopped(record) : null;
}
