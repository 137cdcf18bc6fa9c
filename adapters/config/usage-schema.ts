import { z } from "zod";
import { parseDuration } from "./duration.ts";
import { parseStoredPlace } from "./stored-place.ts";

/** A folder or `s3://bucket/prefix`, as text: a folder is named from where the configuration stands. */
export const placeSchema = z
  .string({ error: "must be a folder or s3://bucket/prefix" })
  .superRefine((text, context) => {
    const place = parseStoredPlace(text);
    if (typeof place === "string") context.addIssue({ code: "custom", message: place });
  });

const backfill = "must be a time from 1h to 30d, such as 24h or 7d";

/** The section `usage`: docs/configuration.md. */
export const usageSchema = z.strictObject(
  {
    from: placeSchema.optional(),
    logGroup: z
      .string({ error: "must be the name of a log group" })
      .regex(/^[\w./#${}-]{1,512}$/, `must be the name of a log group, with \${interpreter} where the id stands`)
      .optional(),
    aggregateAbove: z.int({ error: "must be a whole number of sessions" }).min(0, "must be 0 or more").optional(),
    backfill: z
      .string({ error: backfill })
      .refine((text) => {
        const ms = parseDuration(text);
        return ms !== null && ms >= 3_600_000 && ms <= 30 * 86_400_000;
      }, backfill)
      .optional(),
    gb: z.enum(["binary", "decimal"], { error: "must be binary or decimal" }).optional(),
    idleVcpu: z
      .number({ error: "must be a number of vCPU" })
      .min(0, "must be 0 or more")
      .max(2, "must be 2 or less")
      .optional(),
  },
  { error: "must have some of from, logGroup, aggregateAbove, backfill, gb, idleVcpu" },
);
