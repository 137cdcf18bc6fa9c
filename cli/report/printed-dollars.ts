import { compareUsd, type Usd, zeroUsd } from "../../core/kernel/money.ts";
import { dollarText } from "../render/dollars.ts";

/** The least that is printed. */
const least: Usd = { numerator: 1n, denominator: 10_000n };

/**
 * A part that was printed so that all parts add up. What is more than nothing is not shown as nothing, and what nobody knows is
 * said to be unknown.
 */
export function printedDollars(printed: string | null, exact: Usd): string {
  if (printed === null) return "unknown";
  if (/[1-9]/.test(printed)) return `$${printed}`;
  return compareUsd(exact, zeroUsd) > 0 && compareUsd(exact, least) < 0 ? `<${dollarText(least)}` : dollarText(exact);
}

/** A change, with its sign. */
export const signedDollars = (change: Usd): string =>
  `${compareUsd(change, zeroUsd) > 0 ? "+" : ""}${dollarText(change)}`;
