import type { PlanEntry } from "../../../cleanup/plan/plan.ts";
import type { PolicySet } from "../../../cleanup/policy/policy.ts";
import { protectionOf } from "../../../cleanup/policy/protections.ts";
import type { Session } from "../../../inventory/session.ts";
import type { Instant } from "../../../kernel/instant.ts";
import type { SweepPorts } from "../sweep-ports.ts";
import { type PolicyStanding, policyInForce } from "./policy-in-force.ts";
import type { InForce } from "./stop-ports.ts";

/** The policies with the protections that persons made. Throws `RegistryError`. */
export const withProtections = async (
  { readProtections }: Pick<SweepPorts, "readProtections">,
  policies: PolicySet,
): Promise<PolicySet> => ({ ...policies, protections: [...policies.protections, ...(await readProtections())] });

/** Reads policies and protections anew: whoever wrote them may have changed their mind since `decidedBy`. Throws `RegistryError`. */
export async function readInForce(
  ports: Pick<SweepPorts, "readPolicies" | "readProtections">,
  decidedBy: PolicySet,
  entry: PlanEntry,
  session: Session,
  now: Instant,
): Promise<InForce> {
  const read = (await ports.readPolicies?.()) ?? { kind: "read", policies: decidedBy };
  if (read.kind === "unread") return read;
  const policies = await withProtections(ports, read.policies);
  const policy = stampChanged(decidedBy, policies) ?? policyInForce(policies, entry);
  return { kind: "read", protection: protectionOf(policies.protections, session, now), policy };
}

/** What a decision rested on beside its policy. */
const stampChanged = (before: PolicySet, now: PolicySet): PolicyStanding | null =>
  before.invocationStamp === now.invocationStamp
    ? null
    : {
        kind: "refuses",
        reason: "outdated",
        message: `The configuration says invocationStamp ${now.invocationStamp} instead of ${before.invocationStamp} now.`,
      };
