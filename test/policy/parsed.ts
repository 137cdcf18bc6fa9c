import type { WrittenBounds } from "../../adapters/config/policy-bounds-schema.ts";
import { parsePolicy } from "../../cli/policy/parse-policy.ts";
import type { InvocationStamp, Policy } from "../../core/cleanup/policy/policy.ts";

export const parse = (file: unknown, bounds: WrittenBounds = {}, invocationStamp: InvocationStamp = "unknown") =>
  parsePolicy(typeof file === "string" ? file : JSON.stringify(file), "p.yaml", { bounds, invocationStamp });
export const problemsOf = (
  file: unknown,
  bounds?: WrittenBounds,
  invocationStamp?: InvocationStamp,
): readonly string[] => {
  const parsed = parse(file, bounds, invocationStamp);
  return parsed.ok ? [] : parsed.problems;
};
export const policiesOf = (
  policies: readonly object[],
  bounds?: WrittenBounds,
  more: object = {},
): readonly Policy[] => {
  const parsed = parse({ version: 1, policies, ...more }, bounds);
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  return parsed.set.policies;
};
export const one = (changes: object, bounds?: WrittenBounds, more?: object): Policy => {
  const [policy] = policiesOf([{ id: "a", ...changes }], bounds, more);
  if (policy === undefined) throw new Error("there is a policy");
  return policy;
};
export const own = (changes: object, more: object = {}): readonly string[] =>
  problemsOf({ version: 1, policies: [{ id: "a", ...changes }], ...more });
