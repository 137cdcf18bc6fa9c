import type { PolicyBounds } from "../../core/cleanup/policy/bounds.ts";
import type { Policy, PolicySet, Protection, SessionMatch } from "../../core/cleanup/policy/policy.ts";
import { type PolicyWarning, policyWarnings } from "../../core/cleanup/policy/policy-warnings.ts";
import { isInForce } from "../../core/cleanup/policy/protections.ts";
import type { RunawayLimits } from "../../core/cleanup/runaway.ts";
import { durationText } from "../../core/kernel/duration-text.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import { formatUsd } from "../../core/kernel/money.ts";

/** docs/schemas/policy-check.schema.json: what is in force at `asOf`, with defaults, within the bounds. Times are in milliseconds. */
export interface PolicyReport {
  readonly asOf: string;
  readonly invocationStamp: PolicySet["invocationStamp"];
  readonly policies: readonly (Omit<Policy, "match"> & { readonly match: WrittenOut })[];
  readonly protections: readonly {
    readonly match: WrittenOut;
    readonly until: string | null;
    readonly why: string;
    readonly inForce: boolean;
  }[];
  readonly runaway: { readonly hotVcpu: number; readonly hotForMs: number; readonly usd: string | null };
  readonly bounds: Omit<PolicyBounds, "neverStop">;
  readonly warnings: readonly PolicyWarning[];
}

type WrittenOut = Readonly<Record<keyof SessionMatch, string | null>>;

/** A protection that lapses within a day is told. */
const warnBeforeMs = 24 * 3_600_000;

export function policyReport(set: PolicySet, runaway: RunawayLimits, bounds: PolicyBounds, now: Instant): PolicyReport {
  const { neverStop: _, ...limits } = bounds;
  return {
    asOf: isoOf(now),
    invocationStamp: set.invocationStamp,
    policies: set.policies.map((policy) => ({ ...policy, match: writtenOut(policy.match) })),
    protections: set.protections.map((protection) => ({
      match: writtenOut(protection.match),
      until: protection.until === null ? null : isoOf(protection.until),
      why: protection.why,
      inForce: isInForce(protection, now),
    })),
    runaway: { ...runaway, usd: runaway.usd === null ? null : formatUsd(runaway.usd) },
    bounds: limits,
    warnings: policyWarnings(set, warnBeforeMs, now),
  };
}

const writtenOut = ({ account, region, interpreter, session, name }: SessionMatch): WrittenOut => ({
  ...{ account, region, interpreter, session },
  name: name?.text ?? null,
});

/** `account 111122223333, name ^etl-`, or that it is every session. */
export function matchText(match: SessionMatch): string {
  const parts = Object.entries(writtenOut(match)).flatMap(([key, value]) =>
    value === null ? [] : [`${key} ${value}`],
  );
  return parts.length === 0 ? "every session" : parts.join(", ");
}

export const protectionText = ({ until }: Protection, now: Instant): string =>
  until === null ? "for good" : now < until ? `for ${durationText(until - now)}` : "expired";
