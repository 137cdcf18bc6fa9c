import { policiesOf, runawayLimitsOf } from "../../adapters/config/policies-of.ts";
import { type PolicyTerms, policyBoundsProblems } from "../../adapters/config/policy-bounds-problems.ts";
import { boundsOf } from "../../adapters/config/policy-bounds-schema.ts";
import { matchKeys } from "../../adapters/config/policy-match-schema.ts";
import { policyFileSchema, policyKeys } from "../../adapters/config/policy-schema.ts";
import { policySetProblems } from "../../adapters/config/policy-set-problems.ts";
import { soundPolicies } from "../../adapters/config/sound-policies.ts";
import type { PolicySet } from "../../core/cleanup/policy/policy.ts";
import type { RunawayLimits } from "../../core/cleanup/runaway.ts";
import { issueProblems, type KnownKeys } from "../config/issue-problems.ts";
import { locateText, nameOfPath } from "../config/locate.ts";
import { safeText } from "../render/safe-text.ts";

export type ParsedPolicy =
  | { readonly ok: true; readonly set: PolicySet; readonly runaway: RunawayLimits }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the text of a policy file (docs/policy.md) within what the configuration says; every problem at once, each with its line. */
export function parsePolicy(text: string, file: string, terms: PolicyTerms): ParsedPolicy {
  const located = locateText(text, file);
  if (!located.ok) return { ok: false, problems: located.problems.map(safeText) };
  const parsed = policyFileSchema.safeParse(located.value);
  const sound = parsed.success ? parsed.data : soundPolicies(located.value);
  const problems = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => issueProblems(issue, knownKeys, located.at))),
    ...[...policySetProblems(sound), ...policyBoundsProblems(sound, terms)].map(
      ({ path, message }) => `${located.at(path)}: ${nameOfPath(path)} ${message}`,
    ),
  ];
  if (!parsed.success || problems.length > 0) {
    const lineOf = (problem: string): number => Number.parseInt(problem.slice(file.length + 1), 10);
    // What members contradict is told by the schema, too, where nothing else is wrong.
    const unique = [...new Set(problems)].toSorted((a, b) => lineOf(a) - lineOf(b));
    return { ok: false, problems: unique.map(safeText) };
  }
  const set = policiesOf(parsed.data, boundsOf(terms.bounds), terms.invocationStamp);
  return { ok: true, set, runaway: runawayLimitsOf(parsed.data) };
}

const knownKeys: KnownKeys = [
  { path: /^$/, keys: policyKeys.file },
  { path: /^policies\[\d+\]$/, keys: policyKeys.policy },
  { path: /^policies\[\d+\]\.breaker$/, keys: policyKeys.breaker },
  { path: /^protections\[\d+\]$/, keys: policyKeys.protection },
  { path: /^(policies|protections)\[\d+\]\.match$/, keys: matchKeys },
  { path: /^runaway$/, keys: policyKeys.runaway },
  // No place of this file: who owns sessions does not say what the service does.
  { path: /(?!)/, keys: ["invocationStamp"], places: ["the configuration's cleanup"] },
];
