/**
 * A sum of many safe integers that is exact whatever its size: kept as a number, and moved into a bigint whenever the
 * next addition would leave the range in which numbers are exact. One bigint per addition would cost ten times as much.
 */
export interface ExactSum {
  low: number;
  high: bigint;
}

export const exactSum = (): ExactSum => ({ low: 0, high: 0n });

/** `value` is a safe integer, at least 0. */
export function addTo(sum: ExactSum, value: number): void {
  const next = sum.low + value;
  if (next <= Number.MAX_SAFE_INTEGER) {
    sum.low = next;
  } else {
    sum.high += BigInt(sum.low);
    sum.low = value;
  }
}

export const totalOf = (sum: ExactSum): bigint => sum.high + BigInt(sum.low);
