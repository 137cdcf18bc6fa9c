import type { Policy, PolicySet } from "../policy/policy.ts";

export type SweptMember = "idleAfter" | "minAge" | "maxAge";

/** The same policies, each with another value of one member. */
export const withMember = (set: PolicySet, member: SweptMember, valueMs: number): PolicySet => ({
  ...set,
  policies: set.policies.map((policy) => ({ ...policy, ...changed(member, valueMs) })),
});

function changed(member: SweptMember, valueMs: number): Partial<Policy> {
  switch (member) {
    case "idleAfter":
      return { idleAfterMs: valueMs };
    case "minAge":
      return { minAgeMs: valueMs };
    case "maxAge":
      return { maxAgeMs: valueMs };
  }
}
