import { z } from "zod";
import type { NamePattern, SessionMatch } from "../../core/cleanup/policy/policy.ts";
import { accountId, interpreterId, region, sessionId } from "../../core/kernel/ids.ts";
import { namePattern } from "./attribution-schema.ts";
import { compileNamePattern } from "./compile-name-pattern.ts";

const twelveDigits = 'must be twelve digits in quotes, for example "111122223333"';
const regionText = "must be a Region's name, for example us-east-1";
const interpreterText = "must be the id of an interpreter, for example etl_runner-JVcygpdywt";
const sessionText = "must be the id of a session: letters and digits";

/** Which sessions something is about; what is left out matches all. */
export const matchSchema = z.strictObject(
  {
    account: z
      .string({ error: twelveDigits })
      .regex(/^\d{12}$/, twelveDigits)
      .describe("Twelve digits.")
      .optional(),
    region: z
      .string({ error: regionText })
      .regex(/^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/, regionText)
      .optional(),
    interpreter: z
      .string({ error: interpreterText })
      .regex(/^[a-zA-Z0-9._-]{1,100}$/, interpreterText)
      .describe("The interpreter's id, as it is.")
      .optional(),
    session: z
      .string({ error: sessionText })
      .regex(/^[0-9a-zA-Z]{1,40}$/, sessionText)
      .optional(),
    name: namePattern
      .describe("A regular expression of RE2's syntax, found anywhere in the session's name.")
      .optional(),
  },
  { error: "must say which sessions: account, region, interpreter, session, name; {} is all of them" },
);

export const matchKeys: readonly string[] = Object.keys(matchSchema.shape);

export type WrittenMatch = z.infer<typeof matchSchema>;

export const matchOf = ({ account, region: regionName, interpreter, session, name }: WrittenMatch): SessionMatch => ({
  account: account === undefined ? null : accountId(account),
  region: regionName === undefined ? null : region(regionName),
  interpreter: interpreter === undefined ? null : interpreterId(interpreter),
  session: session === undefined ? null : sessionId(session),
  name: name === undefined ? null : patternOf(name),
});

export function patternOf(text: string): NamePattern {
  const compiled = compileNamePattern(text);
  if ("problem" in compiled) throw new RangeError(`a pattern that was not checked: ${compiled.problem}`);
  return { text, matches: (name) => compiled.match(name) !== null };
}
