import { createHash } from "node:crypto";
import { canonicalJson } from "../../core/cleanup/plan/plan-digest.ts";
import { boundedPolicies, type PolicyBounds } from "../../core/cleanup/policy/bounds.ts";
import type { InvocationStamp, Policy, PolicySet, Protection } from "../../core/cleanup/policy/policy.ts";
import type { RunawayLimits } from "../../core/cleanup/runaway.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { parseUsd } from "../../core/kernel/money.ts";
import { parseDuration } from "./duration.ts";
import { policyDefaults, runawayDefaults } from "./policy-defaults.ts";
import { matchOf } from "./policy-match-schema.ts";
import type { WrittenPolicy, WrittenPolicyFile } from "./policy-schema.ts";

/** A policy file that was checked, as core takes it: with defaults, within the bounds, each policy with the hash of what is in force. */
export function policiesOf(
  written: WrittenPolicyFile,
  bounds: PolicyBounds,
  invocationStamp: InvocationStamp,
): PolicySet {
  const set: PolicySet = {
    policies: (written.policies ?? []).map(policyOf),
    protections: (written.protections ?? []).map(
      ({ match, until, why }): Protection => ({
        match: matchOf(match),
        source: "policy",
        until: until === undefined ? null : instantOfIso(until),
        why,
      }),
    ),
    invocationStamp,
  };
  const bounded = boundedPolicies(set, bounds);
  return { ...bounded, policies: bounded.policies.map((policy) => ({ ...policy, hash: hashOf(policy) })) };
}

/** When a session that works too much is worth an event. */
export const runawayLimitsOf = ({ runaway }: WrittenPolicyFile): RunawayLimits => ({
  hotVcpu: runaway?.vcpu ?? runawayDefaults.vcpu,
  hotForMs: durationMs(runaway?.for ?? runawayDefaults.for),
  usd: runaway?.usd === undefined ? null : parseUsd(runaway.usd),
});

const policyOf = (written: WrittenPolicy): Policy => ({
  id: written.id,
  hash: "",
  match: matchOf(written.match ?? {}),
  mode: written.mode ?? policyDefaults.mode,
  idleAfterMs: durationMs(written.idleAfter ?? policyDefaults.idleAfter),
  minAgeMs: durationMs(written.minAge ?? policyDefaults.minAge),
  maxAgeMs: written.maxAge === undefined ? null : durationMs(written.maxAge),
  maxAgeStopsBusy: written.maxAgeStopsBusy ?? false,
  skipIfExpiresWithinMs: durationMs(written.skipIfExpiresWithin ?? policyDefaults.skipIfExpiresWithin),
  evidence: written.evidence ?? policyDefaults.evidence,
  maxStopsPerPass: written.maxStopsPerPass ?? policyDefaults.maxStopsPerPass,
  breaker: {
    maxStops: written.breaker?.maxStops ?? policyDefaults.breaker.maxStops,
    maxStopsPct: written.breaker?.maxStopsPct ?? policyDefaults.breaker.maxStopsPct,
    windowMs: durationMs(written.breaker?.window ?? policyDefaults.breaker.window),
  },
});

/** Of what is in force, not of how it is written: a comment changes nothing, a bound that moves it does. */
function hashOf({ hash: _, match, ...policy }: Policy): string {
  const text = canonicalJson({ ...policy, match: { ...match, name: match.name?.text ?? null } });
  return createHash("sha256").update(text).digest("hex");
}

function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === null) throw new RangeError(`a time that was not checked: ${text}`);
  return ms;
}
