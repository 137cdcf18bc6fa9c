/** `$0.0003–$0.0637`; what is not known is said. Takes decimal strings; cuts them to four places for reading. */
export function range(low: string | null, high: string | null): string {
  if (low === null && high === null) return "unknown";
  if (high === null) return `at least ${shorten(low ?? "0")}`;
  return low === null || low === high ? shorten(high) : `${shorten(low)}–${shorten(high)}`;
}

// What is more than nothing is never shown as nothing.
function shorten(amount: string): string {
  const cut = amount.replace(/(\.\d{4})\d+$/, "$1");
  return /^[0.]+$/.test(cut) && !/^[0.]+$/.test(amount) ? "<$0.0001" : `$${cut}`;
}
