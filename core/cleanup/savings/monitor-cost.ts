import { startOfMonth } from "../../kernel/calendar.ts";
import type { Instant } from "../../kernel/instant.ts";
import { sumUsd, type Usd } from "../../kernel/money.ts";
import type { Span } from "../evidence/evidence.ts";

/** What so many dollars a month are in some time: of each month of UTC, the part that lies in it. */
export function monitorCost({ numerator, denominator }: Usd, { from, until }: Span): Usd {
  const parts: Usd[] = [];
  for (let month: Instant = startOfMonth(from); month < until; month = startOfMonth(month, 1)) {
    const end = startOfMonth(month, 1);
    const ms = Math.max(0, Math.min(until, end) - Math.max(from, month));
    parts.push({ numerator: numerator * BigInt(ms), denominator: denominator * BigInt(end - month) });
  }
  return sumUsd(parts);
}
