import type { Config } from "./config-schema.ts";
import type { Path } from "./locate.ts";
import { nearestOf } from "./nearest.ts";

export interface CrossProblem {
  readonly path: Path;
  readonly message: string;
}

/** What a session has besides its labels that a budget can be cut by. */
const ownKeys = ["account", "region", "interpreter"];

/** A budget by a label that no rule sets would wait for spend that never comes. */
export function budgetProblems({ attribution, budgets }: Config): readonly CrossProblem[] {
  const labels = [...new Set((attribution ?? []).flatMap((rule) => Object.keys(rule.set)))];
  const known = [...labels, ...ownKeys];
  return (budgets ?? []).flatMap(({ by }, index) =>
    by === undefined || known.includes(by)
      ? []
      : [
          {
            path: ["budgets", index, "by"],
            message: `budgets[${index}].by: no rule of \`attribution\` sets "${by}"${nearestOf(by, known)} (known: ${known.join(", ")})`,
          },
        ],
  );
}
