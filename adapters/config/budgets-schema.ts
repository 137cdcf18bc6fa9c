import { z } from "zod";

const percent = z
  .int({ error: "must be a whole number of percent" })
  .min(1, "must be 1 or more")
  .max(1000, "must be 1000 or less");

const windowMessage = "must be day, week, month, or hours such as 24h (at most 744h)";

/** A window as it is written. */
const windowText = z.string({ error: windowMessage }).refine((text) => {
  const hours = /^([1-9]\d{0,2})h$/.exec(text)?.[1];
  return ["day", "week", "month"].includes(text) || (hours !== undefined && Number(hours) <= 744);
}, windowMessage);

const dollars = 'must be US dollars above 0 as a decimal in quotes, for example "250.00"';

const budgetSchema = z
  .strictObject({
    id: z
      .string({ error: "must be a name" })
      .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, "must be 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit"),
    by: z.string({ error: "must be a label or one of account, region, interpreter" }).optional(),
    value: z
      .string({ error: "must be a text" })
      .min(1, "must not be empty")
      .max(100, "must be 100 characters or less")
      .optional(),
    window: windowText,
    usd: z
      .string({ error: dollars })
      .regex(/^\d{1,12}(\.\d{1,12})?$/, dollars)
      .refine((text) => /[1-9]/.test(text), dollars),
    thresholds: z
      .array(percent, { error: "must be a list of percentages" })
      .min(1, "name at least one percentage")
      .max(10, "must be 10 percentages or less")
      .refine((list) => new Set(list).size === list.length, "must not name a percentage twice")
      .optional(),
    closePct: z
      .int({ error: "must be a whole number of percent" })
      .min(0, "must be 0 or more")
      .max(90, "must be 90 or less")
      .optional(),
  })
  .refine(({ by, value }) => value === undefined || by !== undefined, {
    path: ["value"],
    error: "needs `by`: of which label is this the value?",
    // Whatever else is wrong with it.
    when: ({ value }) => typeof value === "object" && value !== null,
  });

/** The section `budgets`: docs/attribution.md. */
export const budgetsSchema = z
  .array(budgetSchema, { error: "must be a list of budgets" })
  .max(1000, "must be 1000 budgets or less")
  .superRefine(
    (budgets: readonly { readonly id?: unknown }[], context) => {
      const ids = budgets.map((budget) => budget?.id);
      for (const [index, id] of ids.entries()) {
        const first = ids.indexOf(id);
        if (typeof id === "string" && first < index) {
          context.addIssue({ code: "custom", path: [index, "id"], message: `"${id}" is also that of budget ${first}` });
        }
      }
    },
    // Whatever else is wrong with them.
    { when: ({ value }) => Array.isArray(value) },
  );

export type WrittenBudget = z.infer<typeof budgetSchema>;
