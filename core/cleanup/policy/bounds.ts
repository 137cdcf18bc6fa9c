import type { Policy, PolicySet, SessionMatch } from "./policy.ts";

/** What an administrator allows policies. Null: no bound. Not in the policy file, so that its author cannot move them. */
export interface PolicyBounds {
  readonly idleAfterAtLeastMs: number | null;
  readonly minAgeAtLeastMs: number | null;
  readonly maxStopsPerPassAtMost: number | null;
  readonly maxStopsAtMost: number | null;
  readonly maxStopsPctAtMost: number | null;
  readonly allowEnforce: boolean;
  readonly allowInvocationsEvidence: boolean;
  readonly allowMaxAgeStopsBusy: boolean;
  /** Sessions that are protected for good. */
  readonly neverStop: readonly SessionMatch[];
}

export const noBounds: PolicyBounds = {
  idleAfterAtLeastMs: null,
  minAgeAtLeastMs: null,
  maxStopsPerPassAtMost: null,
  maxStopsAtMost: null,
  maxStopsPctAtMost: null,
  allowEnforce: true,
  allowInvocationsEvidence: true,
  allowMaxAgeStopsBusy: true,
  neverStop: [],
};

/** A member of a policy that lies outside of the bounds; values as they are inside, times in milliseconds. */
export interface BoundViolation {
  readonly member:
    | "idleAfter"
    | "minAge"
    | "maxStopsPerPass"
    | "breaker.maxStops"
    | "breaker.maxStopsPct"
    | "mode"
    | "evidence"
    | "maxAgeStopsBusy";
  readonly bound: Exclude<keyof PolicyBounds, "neverStop">;
  readonly value: number | string | boolean;
  readonly allowed: number | boolean;
}

export function boundViolations(policy: Policy, bounds: PolicyBounds): readonly BoundViolation[] {
  const found: BoundViolation[] = [];
  const atLeast = (member: BoundViolation["member"], value: number, bound: NumberBound): void => {
    const allowed = bounds[bound];
    if (allowed !== null && !(value >= allowed)) found.push({ member, bound, value, allowed });
  };
  const atMost = (member: BoundViolation["member"], value: number, bound: NumberBound): void => {
    const allowed = bounds[bound];
    if (allowed !== null && !(value <= allowed)) found.push({ member, bound, value, allowed });
  };
  const only = (member: BoundViolation["member"], value: string | true, asked: boolean, bound: YesBound): void => {
    if (asked && !bounds[bound]) found.push({ member, bound, value, allowed: false });
  };
  atLeast("idleAfter", policy.idleAfterMs, "idleAfterAtLeastMs");
  atLeast("minAge", policy.minAgeMs, "minAgeAtLeastMs");
  atMost("maxStopsPerPass", policy.maxStopsPerPass, "maxStopsPerPassAtMost");
  atMost("breaker.maxStops", policy.breaker.maxStops, "maxStopsAtMost");
  atMost("breaker.maxStopsPct", policy.breaker.maxStopsPct, "maxStopsPctAtMost");
  only("mode", policy.mode, policy.mode === "enforce", "allowEnforce");
  only("evidence", policy.evidence, policy.evidence === "invocations", "allowInvocationsEvidence");
  only("maxAgeStopsBusy", true, policy.maxAgeStopsBusy, "allowMaxAgeStopsBusy");
  return found;
}

/**
 * The set as it is in force, whatever a file or a stored state says: each member moved to its bound, and what is never to be stopped
 * protected for good. Policies that the door has let pass are not changed by it.
 */
export const boundedPolicies = (set: PolicySet, bounds: PolicyBounds): PolicySet => ({
  ...set,
  policies: set.policies.map((policy) => boundedPolicy(policy, bounds)),
  protections: [
    ...bounds.neverStop.map((match) => ({
      match,
      source: "bounds" as const,
      until: null,
      why: "the administrator's neverStop",
    })),
    ...set.protections,
  ],
});

function boundedPolicy(policy: Policy, bounds: PolicyBounds): Policy {
  if (boundViolations(policy, bounds).length === 0) return policy;
  return {
    ...policy,
    mode: bounds.allowEnforce ? policy.mode : "observe",
    idleAfterMs: Math.max(policy.idleAfterMs, bounds.idleAfterAtLeastMs ?? policy.idleAfterMs),
    minAgeMs: Math.max(policy.minAgeMs, bounds.minAgeAtLeastMs ?? policy.minAgeMs),
    maxAgeStopsBusy: policy.maxAgeStopsBusy && bounds.allowMaxAgeStopsBusy,
    evidence: bounds.allowInvocationsEvidence ? policy.evidence : "strict",
    maxStopsPerPass: Math.min(policy.maxStopsPerPass, bounds.maxStopsPerPassAtMost ?? policy.maxStopsPerPass),
    breaker: {
      ...policy.breaker,
      maxStops: Math.min(policy.breaker.maxStops, bounds.maxStopsAtMost ?? policy.breaker.maxStops),
      maxStopsPct: Math.min(policy.breaker.maxStopsPct, bounds.maxStopsPctAtMost ?? policy.breaker.maxStopsPct),
    },
  };
}

type NumberBound = {
  [Key in keyof PolicyBounds]: PolicyBounds[Key] extends number | null ? Key : never;
}[keyof PolicyBounds];
type YesBound = { [Key in keyof PolicyBounds]: PolicyBounds[Key] extends boolean ? Key : never }[keyof PolicyBounds];
