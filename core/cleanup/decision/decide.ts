import { expiresAtOf } from "../../inventory/session.ts";
import { durationText } from "../../kernel/duration-text.ts";
import { type Instant, isoOf, plusMs } from "../../kernel/instant.ts";
import type { InvocationStamp, Policy } from "../policy/policy.ts";
import type { Decision, DecisionReason, SessionFacts } from "./decision.ts";
import { type Activity, horizonOf, idleAfterOf, judgeActivity, policyFor } from "./judge-activity.ts";

export interface DecideSettings {
  readonly invocationStamp: InvocationStamp;
  /** For the text alone: evidence was made by it. */
  readonly idleVcpu: number;
}

/**
 * Decides about one session. Total, and the same for the same facts, settings and `now`. The first reason that applies, in this
 * order, which docs/idle.md has too:
 *
 * | Reason | Applies where | Action |
 * |---|---|---|
 * | `no-policy` | no policy matches, or several as specific as each other do, or its `idleAfter` is no time | keep |
 * | `ended` | the listing or Get says so, or its time limit has passed | keep |
 * | `protected` | a protection is in force at `now` | keep |
 * | `too-young` | younger than `minAge`, or begun after `now` | keep |
 * | `expires-soon` | its time limit ends it within `skipIfExpiresWithin`, and it is not over age | keep |
 * | `over-age-busy` | over age, known to have worked within `idleAfter`, all evidence there, `maxAgeStopsBusy` | stop |
 * | `active` | worked at its horizon or since | keep |
 * | `unprovable` | evidence is missing by the way things are set up | keep |
 * | `unknown-activity` | evidence is missing, stale, or of another clock | keep |
 * | `quiet` | idle for less than `idleAfter` | watch |
 * | `over-age` | idle for `idleAfter`, and over age | stop |
 * | `idle-observed` | idle for `idleAfter` | stop |
 */
export function decide(facts: SessionFacts, settings: DecideSettings, now: Instant): Decision {
  const { session, evidence, protection } = facts;
  const policy = facts.policy === null ? null : policyFor(evidence, facts.policy);
  const horizon = horizonOf(evidence, policy?.evidence ?? "strict");
  const keep = (reason: DecisionReason, text: string): Decision => ({
    action: "keep",
    reason,
    text,
    horizon,
    idleSince: null,
    dueAt: null,
  });
  if (policy === null || facts.policy === null) return keep("no-policy", "No policy is about it, or two are alike.");
  const idleAfterMs = idleAfterOf(facts.policy, settings.invocationStamp);
  if (!(idleAfterMs > 0))
    return keep("no-policy", `Policy ${policy.id} asks for ${idleAfterMs} ms idle, which is no time.`);

  const ageMs = now - session.createdAt;
  const expiresAt = expiresAtOf(session);
  if (session.status === "TERMINATED" || evidence.status === "ended") return keep("ended", "It has ended.");
  if (expiresAt !== null && expiresAt <= now) {
    return keep("ended", `Its time limit ended it ${durationText(now - expiresAt)} ago.`);
  }
  if (protection !== null && (protection.until === null || now < protection.until)) {
    const until = protection.until === null ? "for good" : `for ${durationText(protection.until - now)} more`;
    return keep("protected", `It is protected ${until}.`);
  }
  if (!(ageMs >= Math.max(0, policy.minAgeMs))) {
    return keep("too-young", `It is ${durationText(ageMs)} old, and minAge is ${durationText(policy.minAgeMs)}.`);
  }
  const overAge = policy.maxAgeMs !== null && ageMs >= policy.maxAgeMs;
  if (!overAge && expiresAt !== null && expiresAt - now <= policy.skipIfExpiresWithinMs) {
    return keep(
      "expires-soon",
      `Its time limit ends it in ${durationText(expiresAt - now)}, and skipIfExpiresWithin is ${durationText(policy.skipIfExpiresWithinMs)}.`,
    );
  }
  const activity = judgeActivity(facts, policy, idleAfterMs, now);
  if (overAge && policy.maxAgeStopsBusy && isKnownBusy(activity)) {
    const text = `It works, is ${durationText(ageMs)} old, and maxAge is ${maxAgeText(policy)}: maxAgeStopsBusy is on.`;
    return { action: "stop", reason: "over-age-busy", text, horizon, idleSince: null, dueAt: null };
  }
  switch (activity.kind) {
    case "active":
      return keep("active", `It worked at ${isoOf(activity.lastWorkAt)} or later, as far as it is known.`);
    case "unprovable":
      return keep("unprovable", `After ${durationText(ageMs)} nothing can show that it is idle: ${activity.message}`);
    case "unknown":
      return keep(
        "unknown-activity",
        `After ${durationText(ageMs)} it is not known whether it works: ${activity.message}`,
      );
    case "idle":
      return idle(activity, { policy, settings, idleAfterMs, overAge, ageMs, now });
  }
}

interface IdleContext {
  readonly policy: Policy;
  readonly settings: DecideSettings;
  readonly idleAfterMs: number;
  readonly overAge: boolean;
  readonly ageMs: number;
  readonly now: Instant;
}

function idle(activity: Extract<Activity, { kind: "idle" }>, context: IdleContext): Decision {
  const { policy, settings, idleAfterMs, overAge, ageMs, now } = context;
  const { horizon, idleSince } = activity;
  const by = policy.evidence === "strict" ? `no call, CPU below ${settings.idleVcpu} vCPU` : "no call";
  const idleMs = horizon - idleSince;
  const seen = `${durationText(Math.max(0, idleMs))} up to ${isoOf(horizon)}`;
  if (!(idleMs >= idleAfterMs)) {
    const text = `It was idle for ${seen} (${by}), and policy ${policy.id} asks for ${durationText(idleAfterMs)}.`;
    // Evidence runs as far behind then as it does now.
    const dueAt = plusMs(idleSince, idleAfterMs + (now - horizon));
    return { action: "watch", reason: "quiet", text, horizon, idleSince, dueAt };
  }
  const reason = overAge ? "over-age" : "idle-observed";
  const age = overAge ? `, it is ${durationText(ageMs)} old, and maxAge is ${maxAgeText(policy)}` : "";
  const text = `It was idle for ${seen} (${by}), policy ${policy.id} asks for ${durationText(idleAfterMs)}${age}.`;
  return { action: "stop", reason, text, horizon, idleSince, dueAt: null };
}

const isKnownBusy = (activity: Activity): boolean =>
  (activity.kind === "active" && activity.certain) || (activity.kind === "idle" && activity.worked);

const maxAgeText = (policy: Policy): string => (policy.maxAgeMs === null ? "none" : durationText(policy.maxAgeMs));
