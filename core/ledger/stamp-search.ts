/** The first of `length` ascending stamps that is at `from` or after it; `length` where none is. */
export function firstAtOrAfter(at: Float64Array, length: number, from: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
