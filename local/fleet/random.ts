/**
 * Chance without state: a number follows from a seed and a few labels alone, so that any window of a session's life can be
 * asked for in any order and looks the same.
 */
export function chance(seed: number, a = 0, b = 0): number {
  return hash(seed, a, b) / 4_294_967_296;
}

/** 32 well-mixed bits (the finalizer of MurmurHash3, once for each label). */
export function hash(seed: number, a = 0, b = 0): number {
  let h = mixed((seed | 0) ^ 0x9e3779b9);
  h = mixed(h ^ Math.imul(a | 0, 0x85ebca6b));
  h = mixed(h ^ Math.imul(b | 0, 0xc2b2ae35));
  return h >>> 0;
}

/** A seed for each text, so that accounts, Regions and ids can be labels too. */
export function hashText(seed: number, text: string): number {
  let h = hash(seed, text.length);
  for (let index = 0; index < text.length; index++) h = Math.imul(h ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return mixed(h) >>> 0;
}

/** A number from `low` up to `high`. */
export const between = (low: number, high: number, seed: number, a = 0, b = 0): number =>
  low + (high - low) * chance(seed, a, b);

/** A whole number from `low` to `high`, both included. */
export const wholeBetween = (low: number, high: number, seed: number, a = 0, b = 0): number =>
  low + Math.floor((high - low + 1) * chance(seed, a, b));

function mixed(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
