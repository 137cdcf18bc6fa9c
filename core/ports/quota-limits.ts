import type { Target } from "../inventory/target.ts";
import type { Listing } from "../kernel/problem.ts";
import type { QuotaDefinition, QuotaLimit } from "../quota/definition.ts";

/** Reads the limit of each quota: the applied value, else the default, else the built-in one, and says which. */
export type ReadQuotaLimits = (
  target: Target,
  quotas: readonly QuotaDefinition[],
  signal: AbortSignal,
) => Promise<Listing<QuotaLimit>>;
