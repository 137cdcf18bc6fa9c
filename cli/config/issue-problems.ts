import type { z } from "zod";
import { nameOfPath, type Path } from "./locate.ts";
import { nearestOf } from "./nearest.ts";

/** Which keys may stand where, by the name of the place. */
export type KnownKeys = readonly { readonly path: RegExp; readonly keys: readonly string[] }[];

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
      return `${at(path)}: unknown key "${nameOfPath(path)}"${nearestOf(key, known)} (known: ${known.join(", ")})`;
    });
  }
  // The name of a label is wrong: zod says it as a problem of the key, within.
  if (issue.code === "invalid_key") return issue.issues.map((inner) => sentence(issue.path, inner.message));
  // A list fails both ways of writing such a key: what is wrong within the list is what helps.
  if (issue.code === "invalid_union") {
    const within = issue.errors.flat().filter((inner) => inner.path.length > 0 || inner.code !== "invalid_type");
    if (within.length > 0) {
      return within.flatMap((inner) =>
        issueProblems({ ...inner, path: [...issue.path, ...inner.path] }, knownKeys, at),
      );
    }
  }
  return [sentence(issue.path, issue.message)];
}
