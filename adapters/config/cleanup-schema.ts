import { z } from "zod";
import { policyBoundsSchema } from "./policy-bounds-schema.ts";
import { countSchema, durationSchema } from "./policy-values.ts";

const parameter = "must be the name of a parameter of Systems Manager, such as /sandmeter/cleanup";
const region = "must be a Region's name, for example us-east-1";
const role = "must be the ARN of a role, such as arn:aws:iam::111122223333:role/sandmeter-stopper";
const file = "must be the name of a policy file";
const profile = "must be the name of a profile";
const dollars = 'must be US dollars as a decimal in quotes, for example "4.50"';
// Beyond a half, nothing would ever be judged.
const rate = "must be from 0 to 0.5, regretted stops over judged ones";
const one = "must have `profile` or `roleArn`, and not both";

/** The section `cleanup` of the configuration: docs/cleanup.md. What policies say is in a file of their own. */
export const cleanupSchema = z.strictObject(
  {
    policy: z.string({ error: file }).min(1, file).optional(),
    bounds: policyBoundsSchema.optional(),
    invocationStamp: z
      .enum(["start", "completion", "unknown"], { error: "must be start, completion or unknown" })
      .optional(),
    switch: z
      .strictObject(
        {
          parameter: z.string({ error: parameter }).regex(/^[\w./-]{1,1011}$/, parameter),
          region: z.string({ error: region }).regex(/^[a-z]{2,3}(-[a-z]+)+-\d{1,2}$/, region),
        },
        { error: "must have `parameter` and `region`" },
      )
      .optional(),
    stopper: z
      .strictObject(
        {
          profile: z.string({ error: profile }).min(1, profile).optional(),
          roleArn: z
            .string({ error: role })
            .regex(/^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,500}$/, role)
            .optional(),
        },
        { error: one },
      )
      .refine((stopper) => (stopper.profile === undefined) !== (stopper.roleArn === undefined), one)
      .optional(),
    cap: z
      .strictObject(
        {
          maxStops: countSchema(0, 100_000, "stops").optional(),
          window: durationSchema("1m", "7d").optional(),
        },
        { error: "must have some of maxStops, window" },
      )
      .optional(),
    planExpiresAfter: durationSchema("1m", "24h").optional(),
    looksPerPass: countSchema(1, 10_000, "sessions").optional(),
    regret: z
      .strictObject(
        {
          within: durationSchema("1m", "6h").optional(),
          rate: z.number({ error: rate }).min(0, rate).max(0.5, rate).optional(),
          least: countSchema(1, 1000, "stops").optional(),
        },
        { error: "must have some of within, rate, least" },
      )
      .optional(),
    monitorUsdPerMonth: z
      .string({ error: dollars })
      .regex(/^\d{1,12}(\.\d{1,12})?$/, dollars)
      .optional(),
  },
  {
    error:
      "must have some of policy, bounds, invocationStamp, switch, stopper, cap, planExpiresAfter, looksPerPass, regret, monitorUsdPerMonth",
  },
);

export const cleanupKeys = {
  cleanup: Object.keys(cleanupSchema.shape),
  switch: ["parameter", "region"],
  stopper: ["profile", "roleArn"],
  cap: ["maxStops", "window"],
  regret: ["within", "rate", "least"],
} as const;

export type WrittenCleanup = z.infer<typeof cleanupSchema>;
