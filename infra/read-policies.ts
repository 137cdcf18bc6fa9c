import { readFile } from "node:fs/promises";
import path from "node:path";
import { type PolicyTerms, policyBoundsProblems } from "../adapters/config/policy-bounds-problems.ts";
import { policyFileSchema, type WrittenPolicyFile } from "../adapters/config/policy-schema.ts";
import { policySetProblems } from "../adapters/config/policy-set-problems.ts";
import { soundPolicies } from "../adapters/config/sound-policies.ts";
import { issueProblems } from "../cli/config/issue-problems.ts";
import { locateText, nameOfPath } from "../cli/config/locate.ts";

export interface ReadPolicies {
  /** Null where something is wrong with it. */
  readonly policies: WrittenPolicyFile | null;
  readonly problems: readonly string[];
}

/** The policy file of a deployment, as it is written, checked as the command line does: every problem at once. */
export async function readPolicies(root: string, file: string, terms: PolicyTerms): Promise<ReadPolicies> {
  const failed = (...problems: readonly string[]): ReadPolicies => ({ policies: null, problems });
  const name = path.relative(root, file);
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return failed(
      `cleanup.policy: ${code === "ENOENT" ? `there is no file ${name}` : `${name} cannot be read: ${message}`}`,
    );
  }
  const located = locateText(text, name);
  if (!located.ok) return failed(...located.problems);
  const parsed = policyFileSchema.safeParse(located.value);
  const sound = parsed.success ? parsed.data : soundPolicies(located.value);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => issueProblems(issue, [], located.at))),
    ...[...policySetProblems(sound), ...policyBoundsProblems(sound, terms)].map(
      (it) => `${located.at(it.path)}: ${nameOfPath(it.path)} ${it.message}`,
    ),
  ];
  if (parsed.success && problems.length === 0) return { policies: parsed.data, problems: [] };
  // What members contradict is told by the schema, too, where nothing else is wrong.
  return failed(...new Set(problems));
}
