import type { VerbInput } from "../verb.ts";

/** Flags that were given to the other half of a verb, where they would be silently without effect. */
export const foreignFlags = (
  options: VerbInput["options"],
  verb: string,
  flags: Readonly<Record<string, string>>,
): readonly string[] =>
  Object.entries(flags)
    .filter(([name]) => options[name] !== undefined)
    .map(([name, of]) => `--${name} belongs to \`${of}\`, not to \`${verb}\``);
