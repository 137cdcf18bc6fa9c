import type { EntryOutcome } from "../../../cleanup/stop/stop-outcome.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { SecondLook, StopOrder, StopPorts } from "./stop-ports.ts";
import { refusedBy } from "./stop-refusal.ts";

/** `from`: when it began, by the clock as Get has set it right. What began to work since then, it may not have seen. */
type Look = { readonly kind: "seen"; readonly look: SecondLook; readonly from: Instant } | EntryOutcome;

/** Asks the service whether it lives, and decides anew by fresh evidence: what the plan rests on may be a while ago. */
export async function lookOnceMore(ports: StopPorts, order: StopOrder, signal: AbortSignal): Promise<Look> {
  const { entry, override } = order;
  const { key } = entry;
  const found = await ports.getSession(key, key.interpreter, key.session, signal);
  if (found.kind === "failed") return refusedBy(order, "look-failed", found.problem.message);
  if (found.kind === "gone" || found.value.status === "TERMINATED") {
    return { kind: "already-gone", entry, problem: null };
  }
  if (found.value.status !== "READY") {
    const status = found.value.status === null ? "no status" : JSON.stringify(found.value.status);
    return refusedBy(order, "look-failed", `The service says ${status} of it, and nobody knows what that is.`);
  }
  const from = ports.clock.now();
  // Whoever overrides the policy has seen what there is to see.
  if (override !== null) return { kind: "seen", look: { decision: entry.decision, evidence: entry.evidence }, from };
  const look = await ports.lookAgain(entry, from, signal);
  const { action, text, reason } = look.decision;
  return action === "stop"
    ? { kind: "seen", look, from }
    : refusedBy(order, "busy-again", `Looked at once more: ${text} (${reason})`);
}
