import { parseUsd } from "../../core/kernel/money.ts";
import { dollarText } from "../render/dollars.ts";

/** `$0.0003–$0.0637`; what is not known is said. Takes decimal strings; rounds them to four places for reading. */
export function range(low: string | null, high: string | null): string {
  if (low === null && high === null) return "unknown";
  // That it is more than nothing, and what it is at least, would say the same thing twice.
  if (high === null) return shown(low ?? "0").startsWith("<") ? "more than $0" : `at least ${shown(low ?? "0")}`;
  return low === null || low === high ? shown(high) : `${shown(low)}–${shown(high)}`;
}

const shown = (amount: string): string => dollarText(parseUsd(amount));
