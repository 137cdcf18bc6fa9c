import { type GbUnit, gigabyteOf } from "../billing/gigabyte.ts";
import { roundHalfEven } from "../kernel/money.ts";

/** A session's claim on what its interpreter used. */
export interface AllocationClaim {
  /** Names the claim among all: of two with the same remainder, the one whose name comes first gets the unit left over. */
  readonly name: string;
  /** How long the session was alive within the measured time, a whole number. */
  readonly aliveMs: number;
}

/**
 * Shares `total` out by time alive, in the order of the claims, by largest remainder: the shares add up to the total
 * exactly, and do not depend on that order. Null where there is something to share and nobody was alive: then it is not
 * known whose it is.
 */
export function allocate(total: bigint, claims: readonly AllocationClaim[]): readonly bigint[] | null {
  const aliveMs = claims.reduce((sum, claim) => sum + BigInt(claim.aliveMs), 0n);
  if (aliveMs === 0n) return total === 0n ? claims.map(() => 0n) : null;
  const shares = claims.map(({ name, aliveMs: own }, place) => {
    const product = total * BigInt(own);
    return { place, name, share: product / aliveMs, remainder: product % aliveMs };
  });
  const leftOver = total - shares.reduce((sum, { share }) => sum + share, 0n);
  const lucky = shares
    .toSorted((a, b) => compare(b.remainder, a.remainder) || compare(a.name, b.name) || a.place - b.place)
    .slice(0, Number(leftOver));
  const extra = new Set(lucky.map(({ place }) => place));
  return shares.map(({ share, place }) => (extra.has(place) ? share + 1n : share));
}

/** vCPU-nanoseconds of a CPUUsed-vCPUHours datum, rounded once, half to even. */
export const vcpuNsOfHours = (vcpuHours: number): bigint => timesExactly(vcpuHours, 3_600_000_000_000n);

/** Byte-milliseconds of a MemoryUsed-GBHours datum, rounded once, half to even. */
export const byteMsOfHours = (gbHours: number, gb: GbUnit): bigint =>
  timesExactly(gbHours, 3_600_000n * BigInt(gigabyteOf(gb).bytes));

/** A double is an integer over a power of two: doubling it is exact, so that nothing is lost before the one rounding. */
function timesExactly(value: number, factor: bigint): bigint {
  let whole = value;
  let denominator = 1n;
  while (!Number.isInteger(whole)) {
    if (!Number.isFinite(whole)) throw new RangeError(`a measured total has to be a finite number: ${value}`);
    whole *= 2;
    denominator *= 2n;
  }
  return roundHalfEven(BigInt(whole) * factor, denominator);
}

const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
