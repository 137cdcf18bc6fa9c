import * as z from "zod";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import type { RunawayLimits } from "../../core/cleanup/runaway.ts";
import { type CleanupSettings, cleanupOf } from "./cleanup-of.ts";
import { cleanupSchema } from "./cleanup-schema.ts";
import { policiesOf, runawayLimitsOf } from "./policies-of.ts";
import { boundsOf } from "./policy-bounds-schema.ts";
import { policyFileSchema } from "./policy-schema.ts";

const schema = z.object({ cleanup: cleanupSchema, policies: policyFileSchema });

/** What clean-up goes by in a deployment. Throws where it is not what was deployed. */
export function deployedCleanup(read: unknown): {
  readonly settings: CleanupSettings;
  /** Within the administrator's bounds. */
  readonly policies: PolicySet;
  readonly runaway: RunawayLimits;
} {
  const { cleanup, policies } = schema.parse(read);
  const settings = cleanupOf(cleanup);
  return {
    settings,
    policies: policiesOf(policies, boundsOf(settings.bounds), settings.invocationStamp),
    runaway: runawayLimitsOf(policies),
  };
}
