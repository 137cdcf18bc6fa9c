import { readFile } from "node:fs/promises";
import path from "node:path";
import type { PolicyTerms } from "../../adapters/config/policy-bounds-problems.ts";
import { UsageError } from "../cli-error.ts";
import { safeText } from "../render/safe-text.ts";
import { type ParsedPolicy, parsePolicy } from "./parse-policy.ts";

export const defaultPolicyFile = "sandmeter.policy.yaml";

/** Reads and checks a policy file. Throws `UsageError` with every problem of it, and where it is not there. */
export async function loadPolicy(
  cwd: string,
  named: string | undefined,
  terms: PolicyTerms,
): Promise<Extract<ParsedPolicy, { ok: true }>> {
  const file = named ?? defaultPolicyFile;
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, file), "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const name = safeText(file);
    throw new UsageError([
      code === "ENOENT"
        ? `there is no policy file ${name}: write one (docs/policy.md), or name another`
        : `${name} cannot be read: ${safeText(message)}`,
    ]);
  }
  const parsed = parsePolicy(text, file, terms);
  if (!parsed.ok) throw new UsageError(parsed.problems);
  return parsed;
}
