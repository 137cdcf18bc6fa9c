import { z } from "zod";
import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import { awsRegionNames } from "../../adapters/aws/regions.ts";
import { attributionSchema } from "../../adapters/config/attribution-schema.ts";
import { budgetsSchema } from "../../adapters/config/budgets-schema.ts";
import { cleanupSchema } from "../../adapters/config/cleanup-schema.ts";
import { priceRowsSchema } from "../../adapters/config/price-rows-schema.ts";
import { placeSchema, usageSchema } from "../../adapters/config/usage-schema.ts";
import { nearestOf } from "./nearest.ts";

const region = z.string({ error: "must be a Region's name" }).superRefine((name, context) => {
  if (awsRegionNames.includes(name)) return;
  context.addIssue({ code: "custom", message: `unknown Region "${name}"${nearestOf(name, awsRegionNames)}` });
});

const quotaCodes = codeInterpreterKind.quotas.map((quota) => quota.code);

const pct = z.number({ error: "must be a number" }).min(1, "must be 1 or more").max(100, "must be 100 or less");
const left = z.int({ error: "must be a whole number" }).min(0, "must be 0 or more");
const threshold = z.strictObject({ utilizationPct: pct.optional(), left: left.optional() });

/** `sandmeter.config.yaml`. Documented in docs/configuration.md. */
export const configSchema = z.strictObject({
  regions: z
    .union([z.literal("all"), z.array(region).min(1, "name at least one Region, or write `all`")], {
      error: "must be a list such as [us-east-1], or `all`",
    })
    .optional(),
  rateShare: pct.optional(),
  requestsPerSecond: z.number({ error: "must be a number" }).positive("must be above 0").optional(),
  thresholds: z.strictObject({ warning: threshold.optional(), critical: threshold.optional() }).optional(),
  limits: z
    .array(
      z.strictObject({
        quota: z.enum(quotaCodes as [string, ...string[]], {
          error: `must be one of ${quotaCodes.join(", ")}`,
        }),
        limit: z.int({ error: "must be a whole number" }).min(0, "must be 0 or more"),
        account: z
          .string({ error: 'must be twelve digits in quotes, for example "111122223333"' })
          .regex(/^\d{12}$/, 'must be twelve digits in quotes, for example "111122223333"')
          .optional(),
        region: region.optional(),
      }),
      { error: "must be a list" },
    )
    .optional(),
  prices: z
    .strictObject(
      {
        file: z.string({ error: "must be the name of a file" }).min(1, "must be the name of a file").optional(),
        rows: priceRowsSchema.optional(),
      },
      { error: "must have `file`, `rows` or both" },
    )
    .optional(),
  attribution: attributionSchema.optional(),
  budgets: budgetsSchema.optional(),
  usage: usageSchema.optional(),
  history: placeSchema.optional(),
  trail: placeSchema.optional(),
  cleanup: cleanupSchema.optional(),
});

export type Config = z.infer<typeof configSchema>;
