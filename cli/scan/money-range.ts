/** `$0.0003 to $0.0637`; what is not known is said. Amounts are decimal strings, cut to four places for reading. */
export function range(low: string | null, high: string | null): string {
  if (low === null && high === null) return "unknown";
  if (high === null) return `at least $${shorten(low ?? "0")}`;
  return low === high ? `$${shorten(high)}` : `$${shorten(low ?? "0")} to $${shorten(high)}`;
}

const shorten = (amount: string): string => amount.replace(/(\.\d{4})\d+$/, "$1");
