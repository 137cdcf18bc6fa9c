import { durationText } from "../../kernel/duration-text.ts";
import { type Instant, isoOf, plusMs } from "../../kernel/instant.ts";
import type { SessionEvidence } from "../evidence/evidence.ts";
import type { Policy } from "../policy/policy.ts";
import type { SessionFacts } from "./decision.ts";

/**
 * All records of a moment are there 75 minutes later. Where the evidence of a session that lives ends longer ago, its telemetry is
 * broken, and what it did since is not a race but simply not seen.
 */
const longestLagMs = 75 * 60_000;

/**
 * Why known evidence proves nothing all the same: it was made by another clock, contradicts itself, is too old, or does not
 * reach back far enough. Null where nothing is wrong with it. `horizon` is null where some of it is not known.
 */
export function evidenceFault(
  facts: SessionFacts,
  policyEvidence: Policy["evidence"],
  horizon: Instant | null,
  idleAfterMs: number,
  now: Instant,
): string | null {
  const { session, evidence } = facts;
  const { status } = evidence;
  if (session.status !== "READY" || status === "unknown") return "The service does not say whether it is alive.";
  if (session.timeoutSeconds === null) return "Its time limit is not known.";
  const ahead = instantsOf(evidence, policyEvidence).find((at) => !(at <= now));
  if (ahead !== undefined) {
    return `Its evidence is of ${textOf(ahead)}, which is after now: a clock is wrong.`;
  }
  if (horizon === null) return null;
  if (!(horizon > session.createdAt)) {
    return `Its evidence ends at ${textOf(horizon)}, and it began at ${textOf(session.createdAt)}.`;
  }
  const lagMs = now - horizon;
  if (!(lagMs <= longestLagMs)) {
    return `Its evidence ends ${durationText(lagMs)} ago, and is complete after ${durationText(longestLagMs)} at the latest: telemetry is late or broken.`;
  }
  return reachFault(facts, policyEvidence, horizon, idleAfterMs);
}

/** Spans that end before they begin, and calls that were not looked at for long enough. */
function reachFault(
  { session, evidence: { cpu, calls } }: SessionFacts,
  policyEvidence: Policy["evidence"],
  horizon: Instant,
  idleAfterMs: number,
): string | null {
  if (policyEvidence === "strict" && cpu.kind === "known") {
    const { covered, quietSince } = cpu;
    const inOrder = covered.from <= covered.until && (quietSince === null || quietSince <= covered.until);
    if (!inOrder) return "Its usage records are said to end before they begin.";
  }
  if (calls.kind === "known") {
    if (!(calls.window.from <= calls.window.until)) return "Its calls are said to end before they begin.";
    // Before it began nobody can have called it.
    const neededFrom = Math.max(plusMs(horizon, -idleAfterMs), session.createdAt);
    if (!(calls.window.from <= neededFrom)) {
      return `Its calls were looked at from ${textOf(calls.window.from)} on, which is less than ${durationText(idleAfterMs)} before ${textOf(horizon)}.`;
    }
  }
  return null;
}

/** Every instant at which something is said to have been seen. */
const instantsOf = (
  { cpu, calls, lastUpdatedAt }: SessionEvidence,
  evidence: Policy["evidence"],
): readonly Instant[] => [
  ...(evidence === "strict" && cpu.kind === "known" ? [cpu.asOf, cpu.lastRecordAt, cpu.covered.until] : []),
  ...(calls.kind === "known" ? [calls.asOf, calls.inFlightUntil] : []),
  ...(lastUpdatedAt === null ? [] : [lastUpdatedAt]),
];

const textOf = (at: Instant): string => (Number.isFinite(at) ? isoOf(at) : "no instant");
