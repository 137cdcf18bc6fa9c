import { safeText } from "../render/safe-text.ts";
import type { Terminal } from "../terminal.ts";
import type { VerbInput } from "../verb.ts";
import { type Publishing, readPublishing } from "../watch/watch-options.ts";
import { type CleanupInput, readCleanupInput } from "./cleanup-input.ts";

export interface StopFlags {
  readonly sessions: readonly string[];
  readonly interpreter: string | null;
  readonly reason: string;
  readonly yes: boolean;
  readonly publishing: Publishing;
  readonly overrideProtection: boolean;
  /** What is wrong with the policy file, where protections are overridden, so that it bars nobody; null where it was read. */
  readonly policyUnread: string | null;
}

export const sessionIdPattern = /^[0-9a-zA-Z]{1,40}$/;
export const interpreterIdPattern = /^[a-zA-Z0-9._-]{1,100}$/;
const longestReason = 500;

/**
 * What a person says to stop, with all that is wrong with it. No policy is needed for it, and none bars it; but what a policy file protects is
 * protected, so that one which cannot be read bars the stop, unless protections are overridden anyway: then it is told.
 */
export async function readStopFlags(
  { arguments: words, options }: VerbInput,
  terminal: Terminal,
): Promise<{ readonly input: CleanupInput; readonly flags: StopFlags; readonly problems: readonly string[] }> {
  const overrideProtection = options["overrideProtection"] === true;
  const unread: string[] = [];
  const { problems, ...input } = await readCleanupInput(
    options,
    terminal,
    "if-there",
    overrideProtection ? unread : null,
  );
  const interpreter = typeof options["interpreter"] === "string" ? options["interpreter"] : null;
  const reason = typeof options["reason"] === "string" ? options["reason"].trim() : "";
  for (const word of words) {
    if (!sessionIdPattern.test(word))
      problems.push(`"${safeText(word)}" is no session id: letters and digits, as \`sandmeter scan\` shows`);
  }
  if (words.length === 0 && interpreter === null) {
    problems.push("say which sessions to stop, or --interpreter ID for all of an interpreter");
  }
  if (interpreter !== null && !interpreterIdPattern.test(interpreter)) {
    problems.push(`--interpreter "${safeText(interpreter)}" is no id: see \`sandmeter scan --interpreters\``);
  }
  if (reason === "") problems.push("--reason is needed: it is kept with each stop");
  if (reason.length > longestReason) problems.push(`--reason must be ${longestReason} characters or less`);
  const publishing = readPublishing(options, problems);
  return {
    input,
    problems,
    flags: {
      sessions: [...new Set(words)],
      interpreter,
      reason,
      yes: options["yes"] === true,
      publishing,
      overrideProtection,
      policyUnread: unread.length > 0 ? unreadText(unread) : null,
    },
  };
}

const unreadText = (problems: readonly string[]): string =>
  `The policy file could not be read (${problems.join("; ")}), so that nobody knows what it says and protects.`;
