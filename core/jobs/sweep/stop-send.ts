import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord } from "../../ports/stops.ts";
import type { StopPorts } from "./stop-ports.ts";

/** How long a session may stay READY after Stop was taken, in steps. */
const waitsMs = [500, 1000, 2000, 4000, 8000, 16_000];
const totalWaitSeconds = waitsMs.reduce((sum, ms) => sum + ms, 0) / 1000;
const never = new AbortController().signal;

export type Sent =
  /** `problem`: that could not be written down; the next pass does it. */
  | { readonly kind: "stopped" | "already-gone"; readonly problem: Problem | null }
  /** It is READY all the same, which is written down: another attempt may be made. */
  | { readonly kind: "alive"; readonly problem: Problem }
  | { readonly kind: "failed"; readonly problem: Problem };

/**
 * Sends Stop for an intent that is written, asks Get until the session is not READY any more, and writes down what came of it.
 * It is not to be interrupted: what was sent has happened or not, and somebody has to find out. Where Get does not say, the intent
 * stays as it is, and the next pass finds out. `sentBefore`: this run has sent a Stop for it already.
 */
export async function sendStop(ports: SendPorts, intent: StopRecord, sentBefore: boolean): Promise<Sent> {
  const { key } = intent;
  const answer = await ports.stopSession(key, key.interpreter, key.session, intent.clientToken, never);
  if (answer.kind === "refused") {
    await writeOutcome(ports, intent, "failed", answer.problem);
    return { kind: "failed", problem: answer.problem };
  }
  const seen = await waitForEnd(ports, intent);
  switch (seen.kind) {
    case "ended": {
      // Gone at the first request is not our doing; at a later one it may well be the first that worked late.
      const state = answer.kind === "gone" && !sentBefore ? "already-gone" : "stopped";
      return { kind: state, problem: await writeOutcome(ports, intent, state, null) };
    }
    case "ready": {
      const problem = answer.kind === "unsure" ? answer.problem : stillReady(intent);
      // Without a record of this attempt there is none to count the next one by.
      const unwritten = await writeOutcome(ports, intent, "failed", problem);
      return { kind: unwritten === null ? "alive" : "failed", problem };
    }
    case "unread":
      return { kind: "failed", problem: unread(intent, seen.why) };
  }
}

type SendPorts = Pick<StopPorts, "stopSession" | "getSession" | "records" | "clock">;

type Seen = { readonly kind: "ended" | "ready" } | { readonly kind: "unread"; readonly why: string };

async function waitForEnd(ports: Pick<StopPorts, "getSession" | "clock">, { key }: StopRecord): Promise<Seen> {
  let last: Exclude<Seen, { kind: "ended" }> = { kind: "ready" };
  for (const waitMs of [0, ...waitsMs]) {
    if (waitMs > 0) await ports.clock.sleep(waitMs, never);
    const found = await ports.getSession(key, key.interpreter, key.session, never);
    if (found.kind === "gone") return { kind: "ended" };
    if (found.kind === "failed") last = { kind: "unread", why: found.problem.message };
    else if (found.value.status === "TERMINATED") return { kind: "ended" };
    else if (found.value.status === "READY") last = { kind: "ready" };
    else last = { kind: "unread", why: `The service says ${JSON.stringify(found.value.status)} of it.` };
  }
  return last;
}

/** Answers why it could not be written; where another run has written an outcome meanwhile, that one stands. */
async function writeOutcome(
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

const nameOf = ({ key }: StopRecord): string => `Session ${key.session} of ${key.interpreter} in ${key.region}`;

const stillReady = (intent: StopRecord): Problem => ({
  code: "StillReady",
  message: `${nameOf(intent)} is still READY ${totalWaitSeconds} seconds after attempt ${intent.attempt} to stop it.`,
  operation: "GetCodeInterpreterSession",
});

const unread = (intent: StopRecord, why: string): Problem => ({
  code: "OutcomeUnknown",
  message: `${nameOf(intent)} was asked to stop, and whether it did is not known yet; a pass from ten minutes after that on finds out. ${why}`,
  operation: "GetCodeInterpreterSession",
});
