import type { PlanEntry } from "../../../cleanup/plan/plan.ts";
import { choosePolicy } from "../../../cleanup/policy/choose-policy.ts";
import type { Policy, PolicySet } from "../../../cleanup/policy/policy.ts";
import { sessionOfEntry } from "./session-of-entry.ts";

export type PolicyStanding =
  | { readonly kind: "enforces"; readonly policy: Policy }
  | { readonly kind: "refuses"; readonly reason: "outdated" | "observe"; readonly message: string };

/** Whether the policy that an entry was made by is still as it was, and enforces. */
export function policyInForce({ policies }: Pick<PolicySet, "policies">, entry: PlanEntry): PolicyStanding {
  const policy = choosePolicy(policies, sessionOfEntry(entry));
  if (policy === null || policy.id !== entry.policy.id || policy.hash !== entry.policy.hash) {
    const message = `Policy ${entry.policy.id} is not as it was when the plan was made, or another holds for the session now.`;
    return { kind: "refuses", reason: "outdated", message };
  }
  return policy.mode === "observe"
    ? {
        kind: "refuses",
        reason: "observe",
        message: `Policy ${policy.id} only observes: mode enforce lets it stop sessions.`,
      }
    : { kind: "enforces", policy };
}
