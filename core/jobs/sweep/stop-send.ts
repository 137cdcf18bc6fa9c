import { intentOf } from "../../cleanup/stop-intent.ts";
import type { EntryOutcome, RefusalReason } from "../../cleanup/stop-outcome.ts";
import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord } from "../../ports/stops.ts";
import type { StopPorts } from "./stop-ports.ts";

/** How long a session may stay READY after Stop was taken, in steps. */
const waitsMs = [500, 1000, 2000, 4000, 8000];
/** Each with a token of its own, and only after Get said READY to the end of the one before. */
const mostAttempts = 2;
const never = new AbortController().signal;

/**
 * Sends Stop for an intent that is written, asks Get until the session is not READY any more, and writes down what came of it.
 * It is not to be interrupted: what was sent has happened or not, and somebody has to find out.
 */
export async function sendStop(
  ports: StopPorts,
  intent: StopRecord,
  attemptsLeft = mostAttempts,
): Promise<EntryOutcome> {
  const { entry, key } = intent;
  const answer = await ports.stopSession(key, key.interpreter, key.session, intent.clientToken, never);
  if (answer.kind === "refused") {
    await decide(ports, intent, "failed", answer.problem);
    return { kind: "failed", entry, message: answer.problem.message };
  }
  const seen = await waitForEnd(ports, intent);
  if (seen.kind === "ended") {
    const state = answer.kind === "gone" ? "already-gone" : "stopped";
    return { kind: state, entry, problem: await decide(ports, intent, state, null) };
  }
  const problem = seen.problem ?? (answer.kind === "unsure" ? answer.problem : stillReady(intent));
  const unwritten = await decide(ports, intent, "failed", problem);
  // Without a record of this attempt there is none to count the next one by.
  const mayTryAgain = seen.kind === "ready" && attemptsLeft > 1 && unwritten === null;
  return mayTryAgain ? sendAgain(ports, intent, attemptsLeft - 1) : { kind: "failed", entry, message: problem.message };
}

async function sendAgain(ports: StopPorts, before: StopRecord, attemptsLeft: number): Promise<EntryOutcome> {
  const { plan, entry, override } = before;
  const refused = (reason: RefusalReason, message: string): EntryOutcome => ({
    kind: "refused",
    entry,
    reason,
    message,
  });
  const position = await ports.readSwitch(never);
  if (position.state === "unknown") return refused("switch-unknown", position.problem.message);
  if (position.state === "disarmed")
    return refused("disarmed", "It is still READY, and stopping was disarmed meanwhile.");
  const attempt = before.attempt + 1;
  const next = intentOf({ plan, entry, override, attempt, now: ports.clock.now(), sha256: ports.sha256 });
  if ((await ports.records.put(next)) === "stale")
    return refused("taken", "Another run is stopping it at this moment.");
  return sendStop(ports, { ...next, revision: 1 }, attemptsLeft);
}

type Seen = { readonly kind: "ended" } | { readonly kind: "ready" | "unread"; readonly problem: Problem | null };

async function waitForEnd(ports: StopPorts, { key }: StopRecord): Promise<Seen> {
  let last: Exclude<Seen, { kind: "ended" }> = { kind: "unread", problem: null };
  for (const waitMs of [0, ...waitsMs]) {
    if (waitMs > 0) await ports.clock.sleep(waitMs, never);
    const found = await ports.getSession(key, key.interpreter, key.session, never);
    if (found.kind === "gone" || (found.kind === "found" && found.value.status === "TERMINATED"))
      return { kind: "ended" };
    last =
      found.kind === "failed"
        ? { kind: "unread", problem: found.problem }
        : { kind: found.value.status === "READY" ? "ready" : "unread", problem: null };
  }
  return last;
}

/** Answers why it could not be written; where another run has written an outcome meanwhile, that one stands. */
async function decide(
  { records, clock }: Pick<StopPorts, "records" | "clock">,
  intent: StopRecord,
  state: StopRecord["state"],
  problem: Problem | null,
): Promise<Problem | null> {
  try {
    await records.put({ ...intent, state, decidedAt: clock.now(), problem });
    return null;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { code: "StateUnavailable", message: error.message };
  }
}

const stillReady = ({ key, attempt }: StopRecord): Problem => ({
  code: "StillReady",
  message: `Session ${key.session} of ${key.interpreter} in ${key.region} is still READY ${waitsMs.reduce((sum, ms) => sum + ms, 0) / 1000} seconds after attempt ${attempt} to stop it.`,
  operation: "GetCodeInterpreterSession",
});
