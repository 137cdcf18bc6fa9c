import type { Budget } from "../../core/budget/budget.ts";
import type { SpendPart } from "../../core/budget/spend-by-value.ts";
import { accountId, interpreterId, region } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { parseUsd, zeroUsd } from "../../core/kernel/money.ts";

/** Noon of 20 November 2026, a Friday. */
export const noon = instant(Date.parse("2026-11-20T12:00:00Z"));
export const minutes = (count: number): Instant => instant(noon + count * 60_000);

export const budget = (changes: Partial<Budget> = {}): Budget => ({
  id: "b",
  by: null,
  value: null,
  window: "day",
  limit: parseUsd("100"),
  thresholdsPct: [50, 80, 100],
  closePct: 10,
  ...changes,
});

/** A session that cost so much, or one without a figure and with bounds. */
export function session(cost: string | readonly [low: string | null, high: string | null], team = "data"): SpendPart {
  const [low, high] = typeof cost === "string" ? [cost, cost] : cost;
  return {
    account: accountId("111122223333"),
    region: region("us-east-1"),
    interpreter: interpreterId("tool-VbMl9Hi8I4"),
    labels: { team },
    spend: {
      known: typeof cost === "string" ? parseUsd(cost) : zeroUsd,
      low: low === null ? zeroUsd : parseUsd(low),
      high: high === null ? null : parseUsd(high),
      sessions: 1,
      unknownSessions: typeof cost === "string" ? 0 : 1,
    },
  };
}
