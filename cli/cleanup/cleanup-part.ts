import { type CleanupSettings, cleanupOf } from "../../adapters/config/cleanup-of.ts";
import { runawayLimitsOf } from "../../adapters/config/policies-of.ts";
import { boundsOf } from "../../adapters/config/policy-bounds-schema.ts";
import { boundedPolicies } from "../../core/cleanup/policy/bounds.ts";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import type { RunawayLimits } from "../../core/cleanup/runaway.ts";
import { UsageError } from "../cli-error.ts";
import type { Config } from "../config/config-schema.ts";
import { loadPolicy } from "../policy/load-policy.ts";

/** What the configuration and a policy file say of clean-up. */
export interface CleanupPart {
  readonly cleanup: CleanupSettings;
  /** Within the administrator's bounds; without policies where no file says any. */
  readonly policies: PolicySet;
  readonly runaway: RunawayLimits;
  /** Null where there is none. */
  readonly policyFile: string | null;
}

/** What is wrong with the file goes to `problems`. */
export async function cleanupPartOf(
  config: Config,
  policyFile: string | null,
  cwd: string,
  problems: string[],
): Promise<CleanupPart> {
  const cleanup = cleanupOf(config.cleanup);
  return { cleanup, policyFile, ...(await policiesIn(policyFile, cleanup, cwd, problems)) };
}

async function policiesIn(
  file: string | null,
  { bounds, invocationStamp }: CleanupSettings,
  cwd: string,
  problems: string[],
): Promise<Pick<CleanupPart, "policies" | "runaway">> {
  if (file !== null) {
    try {
      const { set, runaway } = await loadPolicy(cwd, file, { bounds, invocationStamp });
      return { policies: set, runaway };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(...error.problems);
    }
  }
  const none: PolicySet = { policies: [], protections: [], invocationStamp };
  return { policies: boundedPolicies(none, boundsOf(bounds)), runaway: runawayLimitsOf({ version: 1 }) };
}
