import { namePattern } from "../../adapters/config/attribution-schema.ts";
import { patternOf } from "../../adapters/config/policy-match-schema.ts";
import type { SessionMatch } from "../../core/cleanup/policy/policy.ts";
import { interpreterId, sessionId } from "../../core/kernel/ids.ts";
import { type DurationRange, durationOfFlag } from "../config/duration-flag.ts";
import { safeText } from "../render/safe-text.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";
import { type CleanupInput, readCleanupInput } from "./cleanup-input.ts";
import { interpreterIdPattern, sessionIdPattern } from "./stop-flags.ts";

export type ProtectAction =
  | { readonly kind: "list" }
  | { readonly kind: "add"; readonly match: SessionMatch; readonly forMs: number; readonly why: string }
  | { readonly kind: "remove"; readonly match: SessionMatch };

const longestWhy = 500;
// Longer than any session lives: names and interpreters are protected, too.
const range: DurationRange = {
  leastMs: 60_000,
  mostMs: 90 * 24 * 3_600_000,
  wanted: "from 1m to 90d, such as 4h or 7d",
  units: ["m", "h"],
};

export async function readProtectFlags(
  { arguments: words, options }: VerbInput,
  terminal: Terminal,
): Promise<{ readonly input: CleanupInput; readonly action: ProtectAction; readonly problems: readonly string[] }> {
  const { problems, ...input } = await readCleanupInput(options, terminal, "ignored");
  const action = actionOf(words, options, problems);
  return { input, action, problems };
}

function actionOf(words: readonly string[], options: VerbInput["options"], problems: string[]): ProtectAction {
  const text = (name: string): string | null => (typeof options[name] === "string" ? options[name] : null);
  if (options["list"] === true) {
    const others = ["name", "for", "why"].filter((name) => text(name) !== null);
    if (words.length > 0 || others.length > 0 || options["remove"] === true) {
      problems.push("--list shows all protections: leave out the rest");
    }
    return { kind: "list" };
  }
  // What was protected can be taken away, whatever it is.
  const match = matchOfFlags(words, text("name"), options["remove"] === true ? isAnyId : isIdOfAws, problems);
  if (options["remove"] === true) {
    if (text("for") !== null || text("why") !== null) problems.push("--remove takes away: leave out --for and --why");
    return { kind: "remove", match };
  }
  const forText = text("for");
  const why = text("why")?.trim() ?? "";
  if (forText === null) problems.push("--for is needed: a protection lapses, such as --for 4h");
  if (why === "") problems.push("--why is needed: whoever finds it later wants to know");
  if (why.length > longestWhy) problems.push(`--why must be ${longestWhy} characters or less`);
  const forMs = forText === null ? null : durationOfFlag("--for", forText, range, problems);
  return { kind: "add", match, forMs: forMs ?? 0, why };
}

function matchOfFlags(
  words: readonly string[],
  name: string | null,
  isId: (word: string) => boolean,
  problems: string[],
): SessionMatch {
  const [id, ...rest] = words;
  problems.push(...rest.map((word) => `unexpected argument "${safeText(word)}": one session or interpreter at a time`));
  if (id === undefined && name === null)
    problems.push("say what to protect: a session, an interpreter, or --name PATTERN");
  // Ids of sessions are letters and digits; those of interpreters have a hyphen or a dot.
  const isSession = id !== undefined && sessionIdPattern.test(id);
  if (id !== undefined && !isId(id)) {
    problems.push(
      `"${safeText(id)}" is neither the id of a session nor of an interpreter: \`sandmeter scan\` shows them; names need --name`,
    );
  }
  // What advice a file gives for an empty one, to leave it out, protects nothing here.
  if (name === "") problems.push('--name must not be empty: a pattern such as "^etl-", or ".*" for every name');
  const checked = name === null || name === "" ? null : namePattern.safeParse(name);
  if (checked?.success === false)
    problems.push(...checked.error.issues.map(({ message }) => `--name ${safeText(message)}`));
  return {
    account: null,
    region: null,
    interpreter: id === undefined || isSession ? null : interpreterId(id),
    session: isSession ? sessionId(id) : null,
    name: name !== null && checked?.success === true ? patternOf(name) : null,
  };
}

const isAnyId = (word: string): boolean => sessionIdPattern.test(word) || interpreterIdPattern.test(word);

/**
 * AWS documents ids of sessions as 1 to 40 letters and digits, which every word is, and makes them 26 long. Of interpreters it documents a name, a hyphen
 * and ten letters and digits, or its own. A word that was typed for an id protects nothing, and nobody would notice.
 */
const isIdOfAws = (word: string): boolean =>
  /^(?=.*\d)[0-9a-zA-Z]{16,40}$/.test(word) ||
  /^[a-zA-Z][a-zA-Z0-9_]{0,47}-[a-zA-Z0-9]{10}$/.test(word) ||
  /^aws\.codeinterpreter\.v\d+$/.test(word);
