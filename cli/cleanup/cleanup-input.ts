import { existsSync } from "node:fs";
import path from "node:path";
import process from "node:process";
import { type AccountsSettings, accountsSettingsOf } from "../accounts/accounts-settings.ts";
import { type AwsSettings, readAwsSettings } from "../config/aws-settings.ts";
import type { Config } from "../config/config-schema.ts";
import { defaultPolicyFile } from "../policy/load-policy.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";
import { type CleanupPart, cleanupPartOf } from "./cleanup-part.ts";
import { type ReadAnew, readAnewOf } from "./read-anew.ts";

/** What every verb of clean-up goes by. */
export interface CleanupInput extends CleanupPart {
  readonly settings: AwsSettings;
  readonly accounts: AccountsSettings;
  /** Null of a verb that asks for no policies. Where nobody could read them in the first place, it reads the bounds alone. */
  readonly readAnew: ReadAnew | null;
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
  const part = await cleanupPartOf(config, policyFile, terminal.cwd, ofPolicy ?? found);
  // Of a file that nobody could read, there is nothing to read anew; the configuration's bounds hold all the same.
  const isUnread = ofPolicy !== null && ofPolicy.length > 0;
  const policyFileOf = (anew: Config) => (isUnread ? null : fileOf(options, anew, policy === "needed", terminal.cwd));
  const places = { cwd: terminal.cwd, configFile: configFileOf(options), policyFileOf };
  const began = isUnread ? { ...part, policyFile: null } : part;
  const readAnew = policy === "ignored" ? null : readAnewOf(places, began);
  return { settings, accounts, ...part, readAnew, problems: found };
}

function fileOf(options: VerbInput["options"], { cleanup }: Config, isNeeded: boolean, cwd: string): string | null {
  const named = typeof options["policy"] === "string" ? options["policy"] : cleanup?.policy;
  const hasDefault = existsSync(path.resolve(cwd, defaultPolicyFile));
  return named ?? (isNeeded || hasDefault ? defaultPolicyFile : null);
}

/** The configuration that a flag names. */
export const configFileOf = (options: VerbInput["options"]): string | undefined =>
  typeof options["config"] === "string" ? options["config"] : undefined;
