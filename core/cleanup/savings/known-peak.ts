import type { SessionBill } from "../../ledger/charge.ts";
import type { StopRecord } from "../../ports/stops.ts";
import type { KnownPeak } from "./savings.ts";

/** What a session's bill says of its memory. */
export interface PeakFacts
  extends Pick<SessionBill, "basis" | "approximate" | "peakBytes" | "lateUnverifiable" | "final"> {
  readonly meteredMs: number;
}

/** So much of a session's life may be without records: it starts up, and stamps with jitter make a gap of a second now and then. */
const unmeteredMs = 60_000;

/** The peak of a stopped session by its bill: the peak itself only where records of its life are in it, for good, exactly, and all but a few. */
export function knownPeak({ peakBytes, ...bill }: PeakFacts, { entry, intendedAt }: StopRecord): KnownPeak | null {
  if (bill.basis !== "rated" || peakBytes === null) return null;
  const isExact = bill.final && bill.approximate === null && bill.lateUnverifiable === 0;
  return { bytes: peakBytes, isWhole: isExact && intendedAt - entry.createdAt - bill.meteredMs <= unmeteredMs };
}

export const peakFactsOf = (bill: SessionBill): PeakFacts => ({
  ...bill,
  meteredMs: bill.charges.reduce((sum, charge) => sum + charge.meteredMs, 0),
});
