import { safeText } from "../render/safe-text.ts";
import type { VerbInput } from "../verb.ts";

/**
 * The flags that say where things are kept and by which policies, as they were given, for a command that is to be copied: without them
 * it would look elsewhere. Each after a space.
 */
export const sameFlags = (options: VerbInput["options"]): string =>
  placeFlags
    .flatMap((name) => {
      const value = options[name];
      return typeof value === "string" ? [` --${name} ${shellWord(value)}`] : [];
    })
    .join("");

/** What a shell takes for one word. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${safeText(text).replaceAll("'", `'\\''`)}'`;

const placeFlags = ["policy", "state", "table", "history", "config", "profile"] as const;
