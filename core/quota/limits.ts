import type { Target } from "../inventory/target.ts";
import type { AccountId, Region } from "../kernel/ids.ts";
import type { LimitSource, QuotaDefinition, QuotaLimit } from "./definition.ts";

/** A limit that the operator knows better than the service says. Null matches every account or Region. */
export interface LimitOverride {
  readonly code: string;
  readonly account: AccountId | null;
  readonly region: Region | null;
  readonly limit: number;
}

/** The limit that holds, and where it came from: override, then applied, then default, then built-in. */
export function limitOf(
  definition: QuotaDefinition,
  target: Target,
  overrides: readonly LimitOverride[],
  read: readonly QuotaLimit[],
): { readonly limit: number; readonly source: LimitSource } {
  const override = overrideFor(definition.code, target, overrides);
  if (override !== undefined) return { limit: override.limit, source: "override" };
  for (const source of ["applied", "default", "built-in"] as const) {
    const found = read.find((limit) => limit.code === definition.code && limit.source === source);
    if (found !== undefined) return { limit: found.limit, source };
  }
  return { limit: definition.builtInLimit, source: "built-in" };
}

/** The most particular override wins: one that names account and Region, then account, then Region, then neither. */
function overrideFor(code: string, target: Target, overrides: readonly LimitOverride[]): LimitOverride | undefined {
  const matching = overrides.filter(
    (override) =>
      override.code === code &&
      (override.account === null || override.account === target.account) &&
      (override.region === null || override.region === target.region),
  );
  const weight = (override: LimitOverride): number =>
    (override.account === null ? 0 : 2) + (override.region === null ? 0 : 1);
  return matching.toSorted((a, b) => weight(b) - weight(a))[0];
}
