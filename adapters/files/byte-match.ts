/**
 * Whether `length` bytes of `line` from `at` are those of `known` from `from`. Eight bytes are compared at once, as
 * doubles: two different doubles are never equal but for 0 and -0, whose zero bytes no JSON text contains; and a NaN,
 * equal to nothing, only makes a match be missed.
 */
export function sameBytes(line: DataView, at: number, known: DataView, from: number, length: number): boolean {
  let done = 0;
  for (; done + 8 <= length; done += 8) {
    if (line.getFloat64(at + done, true) !== known.getFloat64(from + done, true)) return false;
  }
  for (; done < length; done += 1) {
    if (line.getUint8(at + done) !== known.getUint8(from + done)) return false;
  }
  return true;
}

/** A hash of `length` bytes from `at`, continuing `seed`. Good enough to find a candidate, which is compared in full. */
export function hashBytes(view: DataView, at: number, length: number, seed: number): number {
  let hash = seed ^ length;
  let done = 0;
  for (; done + 4 <= length; done += 4) hash = mix(hash, view.getInt32(at + done, true));
  for (; done < length; done += 1) hash = mix(hash, view.getUint8(at + done));
  return hash;
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}
