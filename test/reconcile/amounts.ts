import { parseDecimal } from "../../core/kernel/decimal.ts";
import { formatUsd, type Usd } from "../../core/kernel/money.ts";
import type { Band } from "../../core/reconcile/compare.ts";

export function amount(text: string): Usd {
  const parsed = parseDecimal(text);
  if (parsed === null) throw new Error(`no amount: ${text}`);
  return parsed;
}

export const text = (of: Usd | null, decimals = 6): string | null => (of === null ? null : formatUsd(of, decimals));

export const band = (pct = "2", leastUsdPerDay = "0.01"): Band => ({
  pct: amount(pct),
  leastUsdPerDay: amount(leastUsdPerDay),
});
