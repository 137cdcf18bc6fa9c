import { boundViolations, noBounds, type PolicyBounds } from "../../core/cleanup/bounds.ts";
import { policiesOf } from "./policies-of.ts";
import type { WrittenBounds } from "./policy-bounds-schema.ts";
import type { WrittenPolicyFile } from "./policy-schema.ts";

interface BoundsProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * What a file says that the bounds forbid, with both values as they are written. What it leaves out is moved within the bounds
 * without a word.
 */
export function policyBoundsProblems(
  file: WrittenPolicyFile,
  written: WrittenBounds,
  bounds: PolicyBounds,
): readonly BoundsProblem[] {
  const { policies } = policiesOf(file, noBounds);
  return policies.flatMap((policy, index) =>
    boundViolations(policy, bounds).flatMap(({ member, bound, value }) => {
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
  );
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
