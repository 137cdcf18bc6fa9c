import type { Budget } from "../../core/budget/budget.ts";
import type { SessionSpend } from "../../core/budget/spend-by-value.ts";
import { accountId, interpreterId, region } from "../../core/kernel/ids.ts";
import { type Instant, instant } from "../../core/kernel/instant.ts";
import { parseUsd } from "../../core/kernel/money.ts";

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
export const session = (
  cost: string | readonly [low: string | null, high: string | null],
  team = "data",
): SessionSpend => ({
  account: accountId("111122223333"),
  region: region("us-east-1"),
  interpreter: interpreterId("tool-VbMl9Hi8I4"),
  labels: { team },
  usd: typeof cost === "string" ? parseUsd(cost) : null,
  lowUsd: typeof cost === "string" || cost[0] === null ? null : parseUsd(cost[0]),
  highUsd: typeof cost === "string" || cost[1] === null ? null : parseUsd(cost[1]),
});
