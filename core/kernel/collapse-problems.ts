import type { Problem } from "./problem.ts";

/**
 * One problem for all that share code and operation: a thousand sessions that meet the same refusal are one thing to mend,
 * and the first message says which. Order is kept.
 */
export function collapseProblems(problems: readonly Problem[]): readonly Problem[] {
  const groups = Map.groupBy(problems, (problem) => `${problem.code}\n${problem.operation ?? ""}`);
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    return others.length === 0
      ? [first]
      : [{ ...first, message: `${first.message} (and ${others.length} more like it)` }];
  });
}
