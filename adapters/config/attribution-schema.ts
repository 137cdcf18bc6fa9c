import { z } from "zod";
import { unattributed } from "../../core/attribution/attribution.ts";
import { parseTemplate } from "../../core/attribution/template.ts";
import { compileNamePattern } from "./compile-name-pattern.ts";

const longestPattern = 300;

/** An exact text with `*` for any run of characters, or a list of such texts of which any may match. */
const texts = (what: string) => {
  const one = z.string({ error: what }).min(1, "must not be empty").max(500, "must be 500 characters or less");
  return z.union([one, z.array(one, { error: what }).min(1, "must not be empty").max(200, "must be 200 or less")], {
    error: what,
  });
};

export const namePattern = z
  .string({ error: "must be a regular expression" })
  .min(1, "must not be empty: leave it out to match every name")
  .max(longestPattern, `must be ${longestPattern} characters or less`)
  .superRefine((pattern, context) => {
    if (pattern.length > longestPattern) return;
    const compiled = compileNamePattern(pattern);
    if ("problem" in compiled) {
      const message = `is no regular expression of RE2's syntax (no look-around, no back references): ${compiled.problem}`;
      context.addIssue({ code: "custom", message });
    }
  });

/** What `report --group-by` already calls by these names. */
const taken = ["account", "region", "interpreter", "session", "name", "day", "hour", "month", "basis", "principal"];
const labelName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,31}$/, "must be 1 to 32 of a-z, 0-9 and _, beginning with a letter")
  .refine((label) => !taken.includes(label), "is what a report calls something else: choose another name");

const template = z
  .string({ error: "must be a text: put a number in quotes" })
  .min(1, "must not be empty")
  .max(200, "must be 200 characters or less")
  .refine((text) => parseTemplate(text) !== null, `has a "\${" that opens no group: write \${group}`)
  .refine((text) => text.trim() !== unattributed, `must not be "${unattributed}": leave the label out instead`);

const ruleSchema = z
  .strictObject(
    {
      match: z
        .strictObject(
          {
            interpreter: texts("must be the id of an interpreter, `*` for any run of characters, or a list").optional(),
            name: namePattern.optional(),
            account: texts('must be twelve digits in quotes, for example "111122223333", or a list').optional(),
            region: texts("must be a Region's name, or a list").optional(),
            tag: z
              .record(z.string(), texts("must be the value of a tag, or a list"), {
                error: "must be tags with their values, such as { team: data }",
              })
              .optional(),
            principal: texts("must be the ARN of who starts sessions, or a list").optional(),
          },
          { error: "must say what to match; {} matches every session" },
        )
        .optional(),
      set: z
        .record(labelName, template, { error: "must be labels with their values, such as { team: data }" })
        .refine((labels) => Object.keys(labels).length > 0, "must name at least one label"),
    },
    { error: "must be a rule with `match` and `set`" },
  )
  .superRefine(({ match, set }, context) => {
    const compiled = match?.name === undefined ? null : compileNamePattern(match.name);
    const groups = compiled !== null && "groups" in compiled ? compiled.groups : [];
    for (const [label, text] of Object.entries(set)) {
      for (const part of parseTemplate(text) ?? []) {
        if (typeof part === "string" || groups.includes(part.group)) continue;
        const known = groups.length === 0 ? "it has no named group" : `it has ${groups.join(", ")}`;
        const message = `asks for the group "${part.group}", which match.name does not have: ${known}`;
        context.addIssue({ code: "custom", path: ["set", label], message });
      }
    }
  });

/** The section `attribution`: docs/attribution.md. */
export const attributionSchema = z
  .array(ruleSchema, { error: "must be a list of rules" })
  .max(500, "must be 500 rules or less");

export type WrittenRule = z.infer<typeof ruleSchema>;
