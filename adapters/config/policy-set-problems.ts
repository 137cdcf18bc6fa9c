import { parseDuration } from "./duration.ts";
import { policyDefaults } from "./policy-defaults.ts";
import type { WrittenMatch } from "./policy-match-schema.ts";

/** What rules between members need of a file. */
interface CheckedFile {
  readonly policies?:
    | readonly {
        readonly id: string;
        readonly match?: WrittenMatch | undefined;
        readonly minAge?: string | undefined;
        readonly maxAge?: string | undefined;
        readonly maxAgeStopsBusy?: boolean | undefined;
      }[]
    | undefined;
}

interface SetProblem {
  readonly path: (string | number)[];
  readonly message: string;
}

/** What no member shows alone: members that contradict each other, and policies of which nobody could say which is meant. */
export function policySetProblems({ policies = [] }: CheckedFile): readonly SetProblem[] {
  const problems: SetProblem[] = [];
  const add = (index: number, member: string | null, message: string): void => {
    problems.push({ path: ["policies", index, ...(member === null ? [] : [member])], message });
  };
  const ids = policies.map(({ id }) => id);
  const matches = policies.map(({ match }) => matchText(match));
  for (const [index, policy] of policies.entries()) {
    const sameId = ids.indexOf(policy.id);
    if (sameId < index) add(index, "id", `"${policy.id}" is also that of policy ${sameId}`);
    const sameMatch = matches.indexOf(matches[index] ?? "");
    if (sameMatch < index) {
      const member = policy.match === undefined ? null : "match";
      add(index, member, `matches the same sessions as policy ${sameMatch} ("${ids[sameMatch]}"): keep one of the two`);
    }
    const minAge = policy.minAge ?? policyDefaults.minAge;
    if (policy.maxAge !== undefined && (parseDuration(policy.maxAge) ?? 0) <= (parseDuration(minAge) ?? 0)) {
      const written = policy.minAge === undefined ? " by default" : "";
      add(index, "maxAge", `(${policy.maxAge}) must be more than minAge (${minAge}${written})`);
    }
    if (policy.maxAgeStopsBusy === true && policy.maxAge === undefined) {
      add(index, "maxAgeStopsBusy", "does nothing without maxAge: set one, or leave it out");
    }
  }
  return problems;
}

const matchText = ({ account, region, interpreter, session, name }: WrittenMatch = {}): string =>
  JSON.stringify([account ?? null, region ?? null, interpreter ?? null, session ?? null, name ?? null]);
