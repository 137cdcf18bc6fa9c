import type { Path } from "./locate.ts";
import { nearestOf } from "./nearest.ts";

export interface CrossProblem {
  readonly path: Path;
  readonly message: string;
}

/** What a session has besides its labels that a budget can be cut by. */
const ownKeys = ["account", "region", "interpreter"];

/**
 * A budget by a label that no rule sets would wait for spend that never comes. It goes by the text as it is written: what else
 * is wrong with a budget does not hide this.
 */
export function budgetProblems(written: unknown): readonly CrossProblem[] {
  const rules = listOf(memberOf(written, "attribution"));
  const sets = rules.map((rule) => memberOf(rule, "set"));
  // Labels of a rule that cannot be read are not known.
  if (sets.some((set) => typeof set !== "object" || set === null)) return [];
  const known = [...new Set(sets.flatMap((set) => Object.keys(set as object))), ...ownKeys];
  return listOf(memberOf(written, "budgets")).flatMap((budget, index) => {
    const by = memberOf(budget, "by");
    return typeof by !== "string" || known.includes(by)
      ? []
      : [
          {
            path: ["budgets", index, "by"],
            message: `budgets[${index}].by: no rule of \`attribution\` sets "${by}"${nearestOf(by, known)} (known: ${known.join(", ")})`,
          },
        ];
  });
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
