import type { z } from "zod";
import { nameOfPath, type Path } from "./locate.ts";
import { nearestOf } from "./nearest.ts";

/** Which keys may stand where, by the name of the place. */
export type KnownKeys = readonly {
  readonly path: RegExp;
  readonly keys: readonly string[];
  /** The names of the places that it stands for, for a key that was written elsewhere; none for a list's. */
  readonly places?: readonly string[];
}[];

/** What zod found wrong, as sentences with their line. */
export function issueProblems(
  issue: z.core.$ZodIssue,
  knownKeys: KnownKeys,
  at: (path: Path) => string,
): readonly string[] {
  const sentence = (path: Path, message: string): string => {
    const name = nameOfPath(path);
    return `${at(path)}: ${name === "" ? "the file" : name} ${message}`;
  };
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys.find((entry) => entry.path.test(nameOfPath(issue.path)))?.keys ?? [];
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      const hint = nearestOf(key, known) || elsewhere(key, knownKeys);
      return `${at(path)}: unknown key "${nameOfPath(path)}"${hint} (known: ${known.join(", ")})`;
    });
  }
  // The name of a label is wrong: zod says it as a problem of the key, within.
  if (issue.code === "invalid_key") return issue.issues.map((inner) => sentence(issue.path, inner.message));
  if (issue.code === "invalid_type" && issue.expected === "object" && issue.message.startsWith("Invalid input")) {
    const known = knownKeys.find((entry) => entry.path.test(nameOfPath(issue.path)))?.keys ?? [];
    if (known.length > 0) return [sentence(issue.path, `must have some of ${known.join(", ")}`)];
  }
  // A list fails both ways of writing such a key: what is wrong within the list is what helps.
  if (issue.code === "invalid_union") {
    const within = issue.errors.flat().filter((inner) => inner.path.length > 0 || !inner.code.startsWith("invalid_"));
    if (within.length > 0) {
      return within.flatMap((inner) =>
        issueProblems({ ...inner, path: [...issue.path, ...inner.path] }, knownKeys, at),
      );
    }
  }
  return [sentence(issue.path, issue.message)];
}

/** Where a key belongs that was written in another place. */
function elsewhere(key: string, knownKeys: KnownKeys): string {
  const there = knownKeys.filter(({ keys }) => keys.includes(key)).flatMap(({ places }) => places ?? []);
  if (there.length === 0) return "";
  const named = there.map((place) => (place === "" ? `${key} at the top level` : `${place}.${key}`));
  return `: did you mean ${named.join(" or ")}?`;
}
