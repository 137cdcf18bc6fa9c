import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import type { QuotaDefinition } from "../../core/quota/definition.ts";
import { defaultThresholds } from "../../core/quota/thresholds.ts";
import { type QuotaUse, quotaUse } from "../../core/quota/use.ts";

export const start = instant(Date.UTC(2026, 10, 20, 12));
export const minutes = (count: number): Instant => plusMs(start, count * 60_000);

export const sessionQuota: QuotaDefinition = {
  code: "L-CAF6F552",
  name: "Concurrent active Code Interpreter sessions",
  subject: "ready-sessions",
  builtInLimit: 1000,
};

/** `used` null: the listing was not complete, and `atLeast` were counted. */
export const use = (limit: number | null, used: number | null, atLeast: number = used ?? 0): QuotaUse =>
  quotaUse(
    sessionQuota,
    limit === null ? null : { limit, source: "applied" },
    { known: used, atLeast },
    defaultThresholds,
  );
