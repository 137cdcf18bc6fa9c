import { RE2JS, RE2JSException } from "re2js";
import type { MatchName } from "../../core/attribution/attribution.ts";

export interface NamePattern {
  readonly match: MatchName;
  readonly groups: readonly string[];
}

/** Of the compiled program: enough for any rule that a person writes, and a bound for one that a machine does. */
const largestProgram = 5000;

/** A regular expression of RE2's syntax: no look-around and no back references, so that it runs in linear time. */
export function compileNamePattern(pattern: string): NamePattern | { readonly problem: string } {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(pattern);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return { problem: error.message.replace(/^error parsing regexp: /, "") };
  }
  if (compiled.programSize() > largestProgram) return { problem: "the repetitions in it make it too large" };
  const groups = Object.keys(compiled.namedGroups());
  return {
    groups,
    match: (name) => {
      const matcher = compiled.matcher(name);
      if (!matcher.find()) return null;
      const found: [string, string][] = [];
      for (const group of groups) {
        const text = matcher.group(group);
        if (text !== null) found.push([group, text]);
      }
      // Without a prototype's members, whatever the groups are called.
      return Object.fromEntries(found);
    },
  };
}
