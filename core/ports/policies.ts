import type { PolicySet } from "../cleanup/policy/policy.ts";

/** `unread`: they cannot be read or are wrong, so that nobody knows what they say and protect. */
export type PoliciesRead =
  | { readonly kind: "read"; readonly policies: PolicySet }
  | { readonly kind: "unread"; readonly message: string };

/** Reads the policies, within the administrator's bounds, as they are at this moment. Whoever wrote them may have changed their mind. */
export type ReadPolicies = () => Promise<PoliciesRead>;
