import { longestCallMs } from "../../core/cleanup/evidence/call-evidence.ts";
import { boundViolations, noBounds } from "../../core/cleanup/policy/bounds.ts";
import type { InvocationStamp, Policy } from "../../core/cleanup/policy/policy.ts";
import { policiesOf } from "./policies-of.ts";
import { boundsOf, type WrittenBounds } from "./policy-bounds-schema.ts";
import { policyDefaults } from "./policy-defaults.ts";
import type { WrittenPolicyFile } from "./policy-schema.ts";

/** What the configuration says of clean-up that no policy can change. */
export interface PolicyTerms {
  readonly bounds: WrittenBounds;
  readonly invocationStamp: InvocationStamp;
}

interface BoundsProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What a file says that the configuration forbids, with both values as they are written. What it leaves out is moved within the bounds
 * without a word.
 */
export function policyBoundsProblems(
  file: WrittenPolicyFile,
  { bounds: written, invocationStamp }: PolicyTerms,
): readonly BoundsProblem[] {
  const bounds = boundsOf(written);
  const { policies } = policiesOf(file, noBounds, invocationStamp);
  return policies.flatMap((policy, index) => [
    ...stampProblems(policy, index, file.policies?.[index]?.idleAfter, invocationStamp),
    ...boundViolations(policy, bounds).flatMap(({ member, bound, value }) => {
      const path = ["policies", index, ...member.split(".")];
      const own = writtenAt(file.policies?.[index], member);
      if (own === undefined) return [];
      const key = boundKeys[bound];
      const allowed = written[key];
      const rule = key.endsWith("AtLeast") ? "at least" : key.endsWith("AtMost") ? "at most" : null;
      const message =
        rule === null
          ? `must not be ${String(value)}: cleanup.bounds.${key} of the configuration is ${String(allowed)}`
          : `(${String(own)}) must be ${rule} ${String(allowed)}: cleanup.bounds.${key} of the configuration`;
      return [{ path, message }];
    }),
  ]);
}

/** Calls alone show nothing of the last call's length, as long as nobody knows whether they are counted when they begin. */
function stampProblems(
  { evidence, idleAfterMs }: Policy,
  index: number,
  written: string | undefined,
  stamp: InvocationStamp,
): readonly BoundsProblem[] {
  if (evidence !== "invocations" || stamp !== "unknown" || idleAfterMs >= longestCallMs) return [];
  const message = `(${written ?? policyDefaults.idleAfter}) must be 15m or more by evidence of invocations while cleanup.invocationStamp of the configuration is unknown: a call lasts up to 15 minutes`;
  return [{ path: ["policies", index, "idleAfter"], message }];
}

const boundKeys = {
  idleAfterAtLeastMs: "idleAfterAtLeast",
  minAgeAtLeastMs: "minAgeAtLeast",
  maxStopsPerPassAtMost: "maxStopsPerPassAtMost",
  maxStopsAtMost: "maxStopsAtMost",
  maxStopsPctAtMost: "maxStopsPctAtMost",
  allowEnforce: "allowEnforce",
  allowInvocationsEvidence: "allowInvocationsEvidence",
  allowMaxAgeStopsBusy: "allowMaxAgeStopsBusy",
} as const;

function writtenAt(policy: unknown, member: string): unknown {
  return member
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined,
      policy,
    );
}
