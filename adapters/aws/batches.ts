/** Cuts a list into runs that stay within a number of items and a size; an item that is too large alone gets a run of its own. */
export function batchesOf<T>(
  items: readonly T[],
  limits: { readonly items: number; readonly bytes: number },
  sizeOf: (item: T) => number,
): readonly (readonly T[])[] {
  const batches: T[][] = [];
  let current: T[] = [];
  let bytes = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (current.length > 0 && (current.length >= limits.items || bytes + size > limits.bytes)) {
      batches.push(current);
      current = [];
      bytes = 0;
    }
    current.push(item);
    bytes += size;
  }
  return current.length === 0 ? batches : [...batches, current];
}
