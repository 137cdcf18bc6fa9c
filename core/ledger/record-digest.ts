/** The two halves of a digest of 64 bits, each an unsigned integer of 32. */
export interface RecordDigest {
  readonly high: number;
  readonly low: number;
}

/**
 * A digest of a record's four figures as numbers: two MurmurHash3 (x86, 32 bits) of their 32 bytes, with different seeds.
 *
 * It tells a redelivery from a late record, and it is only ever compared with digests of the same session and the same
 * millisecond, of which there is hardly more than one. A late record is then mistaken with a chance of 2^-64 for each; with
 * 32 bits it would be one in four thousand million, and a lost record is not seen by anyone. Nobody gains by making two
 * records collide: the figures are the service's own measurements.
 */
export function recordDigest(at: number, elapsedSeconds: number, vcpuHours: number, gbHours: number): RecordDigest {
  // Adding 0 turns -0 into 0: figures are compared as numbers.
  figures[0] = at + 0;
  figures[1] = elapsedSeconds + 0;
  figures[2] = vcpuHours + 0;
  figures[3] = gbHours + 0;
  for (let i = 0; i < 4; i += 1) bytes.setFloat64(8 * i, figures[i] ?? 0, true);
  return { high: murmur3(bytes, 0), low: murmur3(bytes, 0x9747b28c) };
}

// One buffer for all calls: a digest is made of every record that is sealed.
const figures = new Float64Array(4);
const bytes = new DataView(new ArrayBuffer(32));

/** MurmurHash3_x86_32 of bytes, read as little-endian words. Austin Appleby's public-domain algorithm. */
export function murmur3(data: DataView, seed: number): number {
  const whole = data.byteLength & ~3;
  let hash = seed;
  for (let i = 0; i < whole; i += 4) {
    hash ^= scramble(data.getUint32(i, true));
    hash = (hash << 13) | (hash >>> 19);
    hash = Math.imul(hash, 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let i = data.byteLength - 1; i >= whole; i -= 1) tail = (tail << 8) | data.getUint8(i);
  if (data.byteLength > whole) hash ^= scramble(tail);
  hash ^= data.byteLength;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}
