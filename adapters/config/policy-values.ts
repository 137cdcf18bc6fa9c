import { z } from "zod";
import { parseDuration } from "./duration.ts";

/** A time of at least `leastMs` and at most `mostMs`, which are written as `least` and `most`. */
export function durationSchema(least: string, most: string) {
  const [leastMs, mostMs] = [parseDuration(least) ?? 0, parseDuration(most) ?? 0];
  const message = `must be a time from ${least} to ${most}, such as 90s, 15m or 1.5h`;
  return z
    .string({ error: message })
    .regex(/^\d{1,9}(\.\d{1,9})?(ms|s|m|h|d)$/, message)
    .refine((text) => {
      const ms = parseDuration(text);
      return ms === null || (ms >= leastMs && ms <= mostMs);
    }, message)
    .describe(`A time from ${least} to ${most}.`);
}

export function countSchema(least: number, most: number, unit: string) {
  return z
    .int({ error: `must be a whole number of ${unit}` })
    .min(least, `must be ${least} or more`)
    .max(most, `must be ${most} or less`);
}

export const yesNo = z.boolean({ error: "must be true or false" });
