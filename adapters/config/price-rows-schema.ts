import { z } from "zod";
import { billingRules, everyRegion, type PriceRow } from "../../core/billing/price-row.ts";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { region } from "../../core/kernel/ids.ts";
import { instant } from "../../core/kernel/instant.ts";

/** Regions appear faster than releases, so a name only has to look like one. */
const regionName = /^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/;

const rate = (example: string) => {
  const message = `must be US dollars as a decimal in quotes, for example "${example}"`;
  return z.string({ error: message }).regex(/^\d{1,6}(\.\d{1,12})?$/, message);
};
const start = 'must be a whole second of UTC, for example "2026-01-01T00:00:00Z"';

const rowSchema = z.strictObject({
  region: z
    .string({ error: 'must be a Region\'s name, or "*" for Regions without a row of their own' })
    .refine((name) => name === everyRegion || regionName.test(name), {
      error: (issue) =>
        `must be a Region's name such as us-east-1, or "*" for Regions without a row of their own, not "${String(issue.input)}"`,
    }),
  startsAt: z.string({ error: start }).refine((text) => (instantOfIso(text) ?? 1) % 1000 === 0, { error: start }),
  usdPerVcpuHour: rate("0.0895"),
  usdPerGbHour: rate("0.00945"),
  rule: z.enum(billingRules as [string, ...string[]], { error: `must be one of ${billingRules.join(", ")}` }),
  source: z.string({ error: "must be a text" }).max(500, "must be 500 characters or less").optional(),
});

/** Rows of the price book as they are written; two that start together would leave no way to choose. */
export const priceRowsSchema = z
  .array(rowSchema, { error: "must be a list of rows" })
  .max(10_000, "must be 10000 rows or less")
  .superRefine((rows, context) => {
    const seen = new Map<string, number>();
    for (const [index, { region: name, startsAt }] of rows.entries()) {
      const key = `${name}\n${instantOfIso(startsAt)}`;
      const first = seen.get(key);
      if (first === undefined) seen.set(key, index);
      else {
        const message = `starts at the same instant as row ${first} of ${name}: keep one of the two`;
        context.addIssue({ code: "custom", path: [index], message });
      }
    }
  });

/** A price file: docs/schemas/prices.schema.json. */
export const pricesFileSchema = z.strictObject({
  $schema: z.string().optional(),
  rows: priceRowsSchema,
});

export const priceRowKeys: readonly string[] = Object.keys(rowSchema.shape);

export type WrittenPriceRow = z.infer<typeof rowSchema>;

/** What was checked, as the price book takes it. */
export const priceRowOf = ({ source, ...row }: WrittenPriceRow): PriceRow => ({
  ...row,
  region: region(row.region),
  startsAt: instantOfIso(row.startsAt) ?? instant(0),
  rule: row.rule === "2025-10" ? "2025-10" : "2026-09",
  ...(source === undefined ? {} : { source }),
});
