import { z } from "zod";
import { noBounds, type PolicyBounds } from "../../core/cleanup/policy/bounds.ts";
import { parseDuration } from "./duration.ts";
import { matchOf, matchSchema } from "./policy-match-schema.ts";
import { countSchema, durationSchema, yesNo } from "./policy-values.ts";

/** `cleanup.bounds` of the configuration: docs/policy.md. Policies are in a file of their own, which others may write. */
export const policyBoundsSchema = z.strictObject(
  {
    idleAfterAtLeast: durationSchema("1m", "8h").optional(),
    minAgeAtLeast: durationSchema("0s", "8h").optional(),
    maxStopsPerPassAtMost: countSchema(0, 10_000, "stops").optional(),
    maxStopsAtMost: countSchema(0, 100_000, "stops").optional(),
    maxStopsPctAtMost: countSchema(0, 100, "percent").optional(),
    allowEnforce: yesNo.optional(),
    allowInvocationsEvidence: yesNo.optional(),
    allowMaxAgeStopsBusy: yesNo.optional(),
    neverStop: z
      .array(matchSchema, { error: "must be a list of what to match" })
      .max(500, "must be 500 or less")
      .optional(),
  },
  { error: "must have some of idleAfterAtLeast, maxStopsPerPassAtMost, allowEnforce, neverStop …" },
);

export const policyBoundsKeys: readonly string[] = Object.keys(policyBoundsSchema.shape);

export type WrittenBounds = z.infer<typeof policyBoundsSchema>;

export const boundsOf = (written: WrittenBounds = {}): PolicyBounds => ({
  idleAfterAtLeastMs: msOf(written.idleAfterAtLeast),
  minAgeAtLeastMs: msOf(written.minAgeAtLeast),
  maxStopsPerPassAtMost: written.maxStopsPerPassAtMost ?? null,
  maxStopsAtMost: written.maxStopsAtMost ?? null,
  maxStopsPctAtMost: written.maxStopsPctAtMost ?? null,
  allowEnforce: written.allowEnforce ?? noBounds.allowEnforce,
  allowInvocationsEvidence: written.allowInvocationsEvidence ?? noBounds.allowInvocationsEvidence,
  allowMaxAgeStopsBusy: written.allowMaxAgeStopsBusy ?? noBounds.allowMaxAgeStopsBusy,
  neverStop: (written.neverStop ?? []).map(matchOf),
});

const msOf = (text: string | undefined): number | null => (text === undefined ? null : parseDuration(text));
