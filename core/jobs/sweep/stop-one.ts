import { intentOf } from "../../cleanup/stop-intent.ts";
import type { EntryOutcome, RefusalReason } from "../../cleanup/stop-outcome.ts";
import { type Instant, isoOf } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { SecondLook, StopOrder, StopPorts } from "./stop-ports.ts";
import { sendStop } from "./stop-send.ts";

/**
 * Stops one session of a plan, if each link of the chain says yes: the plan has not expired, nothing protects the session, the
 * switch is armed, the cap is not spent, the session lives, and it is still idle. The instant of each check is the clock's, not the
 * pass's. Only then the intent is written, and only then Stop is sent. Throws only when `signal` is aborted before Stop was sent.
 */
export async function stopOne(ports: StopPorts, order: StopOrder, signal: AbortSignal): Promise<EntryOutcome> {
  try {
    return await chain(ports, order, signal);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return refused(order, "state-unavailable", error.message);
  }
}

async function chain(ports: StopPorts, order: StopOrder, signal: AbortSignal): Promise<EntryOutcome> {
  const { plan, entry, override } = order;
  const { key } = entry;
  signal.throwIfAborted();
  const startedAt = ports.clock.now();
  const barred = await barrierOf(ports, order, startedAt, signal);
  if (barred !== null) return barred;
  const earlier = await ports.records.ofSession(key);
  const done = earlier.find(({ state }) => state === "stopped" || state === "already-gone");
  if (done !== undefined) return { kind: "already-gone", entry, problem: null };
  if (earlier.some(({ state, intendedAt }) => state === "intended" && startedAt - intendedAt < finishedAfterMs)) {
    return refused(order, "taken", "Another run is stopping it at this moment.");
  }
  if ((await ports.claimStop(key, startedAt)) === "spent") {
    return refused(order, "cap", "As many sessions as may be stopped have been: it is left to the next pass.");
  }

  const found = await ports.getSession(key, key.interpreter, key.session, signal);
  if (found.kind === "failed") return refused(order, "look-failed", found.problem.message);
  if (found.kind === "gone" || found.value.status === "TERMINATED")
    return { kind: "already-gone", entry, problem: null };
  if (found.value.status !== "READY") {
    const status = found.value.status ?? "nothing";
    return refused(order, "look-failed", `The service says ${JSON.stringify(status)} of it, which nobody knows.`);
  }
  const look = await lookOf(ports, order, signal);
  if (look.kind === "refused") return look;
  // A look may take its time, and somebody may have changed their mind.
  const stillBarred = await barrierOf(ports, order, ports.clock.now(), signal);
  if (stillBarred !== null) return stillBarred;

  signal.throwIfAborted();
  const { decision, evidence } = look.look;
  const record = intentOf({
    plan,
    entry: { ...entry, decision, evidence },
    override: override === null ? null : { by: override.by, reason: override.reason },
    attempt: earlier.length + 1,
    now: ports.clock.now(),
    sha256: ports.sha256,
  });
  if ((await ports.records.put(record)) === "stale") {
    return refused(order, "taken", "Another run is stopping it at this moment.");
  }
  return sendStop(ports, { ...record, revision: 1 });
}

/** An intent that is older is one of a run that was killed. */
export const finishedAfterMs = 10 * 60_000;

/** What can bar the way at any moment. */
async function barrierOf(
  ports: StopPorts,
  order: StopOrder,
  now: Instant,
  signal: AbortSignal,
): Promise<EntryOutcome | null> {
  const { entry, override } = order;
  if (now >= order.planExpiresAt) {
    return refused(order, "expired", `The plan expired at ${isoOf(order.planExpiresAt)}: make a new one.`);
  }
  const protection = await ports.protectionOf(entry, now);
  if (protection !== null && override?.protections !== true) {
    const until = protection.until === null ? "" : ` until ${isoOf(protection.until)}`;
    return refused(order, "protected", `It is protected${until}.`);
  }
  const position = await ports.readSwitch(signal);
  if (position.state === "unknown") return refused(order, "switch-unknown", position.problem.message);
  if (position.state === "disarmed") {
    return refused(order, "disarmed", "Stopping is disarmed: `sandmeter arm` allows it.");
  }
  return null;
}

type Look = { readonly kind: "seen"; readonly look: SecondLook } | Extract<EntryOutcome, { kind: "refused" }>;

async function lookOf(ports: StopPorts, order: StopOrder, signal: AbortSignal): Promise<Look> {
  const { entry, override } = order;
  // Whoever overrides the policy has seen what there is to see.
  if (override !== null) return { kind: "seen", look: { decision: entry.decision, evidence: entry.evidence } };
  const look = await ports.lookAgain(entry, ports.clock.now(), signal);
  const { decision } = look;
  return decision.action === "stop"
    ? { kind: "seen", look }
    : refused(order, "busy-again", `Looked at once more: ${decision.text} (${decision.reason})`);
}

const refused = (
  { entry }: StopOrder,
  reason: RefusalReason,
  message: Problem["message"],
): Extract<EntryOutcome, { kind: "refused" }> => ({ kind: "refused", entry, reason, message });
