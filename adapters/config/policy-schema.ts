import { z } from "zod";
import { instantOfIso } from "../../core/kernel/calendar.ts";
import { matchSchema } from "./policy-match-schema.ts";
import { policySetProblems } from "./policy-set-problems.ts";
import { countSchema, durationSchema, yesNo } from "./policy-values.ts";

const id = "must be 1 to 63 of a-z, 0-9, - and _, beginning with a letter or digit";

const breakerSchema = z.strictObject(
  {
    maxStops: countSchema(0, 100_000, "stops").describe("Stops of one target within the window.").optional(),
    maxStopsPct: countSchema(0, 100, "percent").describe("Of the target's live sessions.").optional(),
    window: durationSchema("1h", "7d").optional(),
  },
  { error: "must have some of maxStops, maxStopsPct, window" },
);

export const policySchema = z.strictObject(
  {
    id: z.string({ error: "must be a name" }).regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, id),
    match: matchSchema.describe("Left out: every session.").optional(),
    mode: z
      .enum(["observe", "enforce"], { error: "must be observe or enforce" })
      .describe("observe, the default, plans and tells, and stops nothing.")
      .optional(),
    idleAfter: durationSchema("1m", "8h").optional(),
    minAge: durationSchema("0s", "8h").optional(),
    maxAge: durationSchema("1m", "8h").describe("Left out: no limit.").optional(),
    maxAgeStopsBusy: yesNo
      .describe("Stops sessions over age that are known to work, too: outside of the guarantee.")
      .optional(),
    skipIfExpiresWithin: durationSchema("0s", "8h").optional(),
    evidence: z
      .enum(["strict", "invocations"], { error: "must be strict or invocations" })
      .describe("invocations: your word that nothing works without a call.")
      .optional(),
    maxStopsPerPass: countSchema(0, 10_000, "stops").optional(),
    breaker: breakerSchema.optional(),
  },
  { error: "must be a policy with an id" },
);

const instantText = 'must be an instant of UTC, for example "2026-12-01T00:00:00Z"';

const protectionSchema = z.strictObject(
  {
    match: matchSchema,
    until: z
      .string({ error: instantText })
      .regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d{3})?Z)?$/, { error: instantText, abort: true })
      .refine((text) => instantOfIso(text) !== null, instantText)
      .describe("It lapses then. Left out: it holds as long as it stands here.")
      .optional(),
    why: z
      .string({ error: "must be a text: whoever finds it later wants to know" })
      .min(1, "must not be empty: whoever finds it later wants to know")
      .max(500, "must be 500 characters or less"),
  },
  { error: "must be a protection with `match` and `why`" },
);

const runawaySchema = z.strictObject(
  {
    vcpu: z
      .number({ error: "must be a number of vCPU" })
      .min(0.1, "must be 0.1 or more")
      .max(2, "must be 2 or less: a session has no more")
      .optional(),
    for: durationSchema("1m", "8h").optional(),
    usd: z
      .string({ error: 'must be US dollars as a decimal in quotes, for example "1.50"' })
      .regex(/^\d{1,6}(\.\d{1,12})?$/, 'must be US dollars as a decimal in quotes, for example "1.50"')
      .optional(),
  },
  { error: "must have some of vcpu, for, usd" },
);

/** A policy file: docs/policy.md, docs/schemas/policy.schema.json. */
export const policyFileSchema = z
  .strictObject(
    {
      $schema: z.string().optional(),
      version: z.literal(1, { error: "must be 1: the version of this format" }),
      policies: z
        .array(policySchema, { error: "must be a list of policies" })
        .max(500, "must be 500 policies or less")
        .optional(),
      protections: z
        .array(protectionSchema, { error: "must be a list of protections" })
        .max(5000, "must be 5000 protections or less")
        .optional(),
      runaway: runawaySchema.describe("When a session that works too much is worth an event.").optional(),
    },
    { error: "must have `version: 1` and `policies`" },
  )
  .superRefine((file, context) => {
    for (const { path, message } of policySetProblems(file)) context.addIssue({ code: "custom", path, message });
  });

export const policyKeys = {
  file: ["$schema", "version", "policies", "protections", "runaway"],
  policy: Object.keys(policySchema.shape),
  breaker: Object.keys(breakerSchema.shape),
  protection: Object.keys(protectionSchema.shape),
  runaway: Object.keys(runawaySchema.shape),
} as const;

export type WrittenPolicy = z.infer<typeof policySchema>;
export type WrittenPolicyFile = z.infer<typeof policyFileSchema>;
