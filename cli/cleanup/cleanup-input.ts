import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { type CleanupSettings, cleanupOf } from "../../adapters/config/cleanup-of.ts";
import { runawayLimitsOf } from "../../adapters/config/policies-of.ts";
import { boundsOf } from "../../adapters/config/policy-bounds-schema.ts";
import { boundedPolicies } from "../../core/cleanup/policy/bounds.ts";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import type { RunawayLimits } from "../../core/cleanup/runaway.ts";
import { type AccountsSettings, accountsSettingsOf } from "../accounts/accounts-settings.ts";
import { UsageError } from "../cli-error.ts";
import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import type { Config } from "../config/config-schema.ts";
import { defaultPolicyFile, loadPolicy } from "../policy/load-policy.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";

/** What every verb of clean-up goes by. */
export interface CleanupInput {
  readonly settings: AwsSettings;
  readonly accounts: AccountsSettings;
  readonly cleanup: CleanupSettings;
  /** Within the administrator's bounds; without policies where no file says any. */
  readonly policies: PolicySet;
  readonly runaway: RunawayLimits;
  /** Null where there is none. */
  readonly policyFile: string | null;
}

export interface CleanupInputRead extends CleanupInput {
  /** What is wrong with flags, configuration and policies; the rest holds only where it is empty. */
  readonly problems: string[];
}

/**
 * Reads flags, configuration and policies, and gathers what is wrong with all of them. The policy file is that of `--policy`, else the
 * configuration's, else sandmeter.policy.yaml. `if-there`: there need not be one; `ignored`: what is wrong with it bars nobody. Where
 * `ofPolicy` is given, what is wrong with the file is told there instead.
 */
export async function readCleanupInput(
  options: VerbInput["options"],
  terminal: Terminal,
  policy: "needed" | "if-there" | "ignored",
  ofPolicy: string[] | null = null,
): Promise<CleanupInputRead> {
  const { settings, config, problems } = await readAwsSettings(options, terminal);
  const found = [...problems];
  const surroundings = { cwd: terminal.cwd, env: terminal.env, platform: process.platform };
  const accounts = accountsSettingsOf(config, options, surroundings, found);
  const policyFile = policy === "ignored" ? null : fileOf(options, config, policy === "needed", terminal.cwd);
  return {
    settings,
    accounts,
    ...(await cleanupPartOf(config, policyFile, terminal.cwd, ofPolicy ?? found)),
    problems: found,
  };
}

/** What the configuration and a policy file say of clean-up; what is wrong with the file goes to `problems`. */
export async function cleanupPartOf(
  config: Config,
  policyFile: string | null,
  cwd: string,
  problems: string[],
): Promise<Omit<CleanupInput, "settings" | "accounts">> {
  const cleanup = cleanupOf(config.cleanup);
  return { cleanup, policyFile, ...(await policiesIn(policyFile, cleanup, cwd, problems)) };
}

function fileOf(options: VerbInput["options"], { cleanup }: Config, isNeeded: boolean, cwd: string): string | null {
  const named = typeof options["policy"] === "string" ? options["policy"] : cleanup?.policy;
  const hasDefault = existsSync(path.resolve(cwd, defaultPolicyFile));
  return named ?? (isNeeded || hasDefault ? defaultPolicyFile : null);
}

async function policiesIn(
  file: string | null,
  { bounds, invocationStamp }: CleanupSettings,
  cwd: string,
  problems: string[],
): Promise<Pick<CleanupInput, "policies" | "runaway">> {
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
