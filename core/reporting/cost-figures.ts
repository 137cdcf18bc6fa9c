import type { GbUnit } from "../billing/gigabyte.ts";
import { gigabyteOf } from "../billing/gigabyte.ts";
import { addUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";
import { addBounds, type CostCell, type Meter } from "./cost-cells.ts";

/** What sums are made over: the GB of all that is added up, or both where some is of one and some of the other. */
export type GbScale = GbUnit | "mixed";

export function scaleOfUnits(units: ReadonlySet<GbUnit>, whereNone: GbUnit): GbScale {
  const [only = whereNone, other] = units;
  return other === undefined ? only : "mixed";
}

/**
 * What one group or all of them come to, in integers: small, because there may be hundreds of thousands of groups. Amounts are
 * in 10^-12 dollars over the one denominator of `amountOf`.
 */
export interface CostSums {
  readonly sessions: number;
  readonly unknownSessions: number;
  /** Of what has a figure. */
  readonly known: bigint;
  readonly idle: bigint;
  /** Of which nobody knows how idle it was. */
  readonly unsplit: bigint;
  readonly peakTax: bigint;
  /** The metered part of `known`, and the plain sum of what was logged for it. */
  readonly rated: bigint;
  readonly logged: bigint;
  readonly vcpuNs: bigint;
  /** Byte-milliseconds, times what the scale makes of those of its GB. */
  readonly memory: bigint;
  /** Whether some usage has no price. */
  readonly lacksPrice: boolean;
  /** Of sessions without a figure; null where there are none. */
  readonly bounds: { readonly low: Usd; readonly high: Usd | null } | null;
}

/** Exact figures of one group or of all. */
export interface CostFigures {
  readonly sessions: number;
  readonly unknownSessions: number;
  /** Of what has a figure: `idle`, `active` and `unsplit` add up to it. */
  readonly known: Usd;
  readonly idle: Usd;
  readonly active: Usd;
  readonly unsplit: Usd;
  readonly peakTax: Usd;
  /** The plain sum of what was logged, for the metered part of `known`. */
  readonly logged: Usd;
  /** The metered part of `known`, which `logged` is a check of. */
  readonly rated: Usd;
  /** `known`, and the low bounds of sessions without a figure. */
  readonly low: Usd;
  /** `known`, and their high bounds; null where one of them has none. */
  readonly high: Usd | null;
  readonly vcpuHours: Usd;
  readonly gbHours: Usd;
}

/** `scale` must be that of these cells, or of more than these. */
export function sumsOf(cells: readonly CostCell[], scale: GbScale): CostSums {
  const { factor, times } = scales[scale];
  const sums = { known: 0n, idle: 0n, unsplit: 0n, peakTax: 0n, rated: 0n, logged: 0n };
  const used = { vCPU: 0n, Memory: 0n };
  const bounds = { low: zeroUsd, high: zeroUsd as Usd | null };
  const counts = { sessions: 0, unknownSessions: 0 };
  let lacksPrice = false;
  for (const cell of cells) {
    counts.sessions += cell.sessions;
    counts.unknownSessions += cell.unknownSessions;
    if (cell.low !== zeroUsd || cell.high !== zeroUsd) addBounds(bounds, cell);
    for (const line of cell.usage) {
      const own = line.meter === "vCPU" ? 1n : times[line.gb];
      used[line.meter] += own === 1n ? line.usage : line.usage * own;
      if (line.unitPrice === null) {
        lacksPrice ||= line.usage > 0n;
        continue;
      }
      const price = line.unitPrice * factor[line.meter] * own;
      const cost = line.usage * price;
      sums.known += cost;
      if (line.idle !== 0n) sums.idle += line.idle * price;
      if (line.unsplit !== 0n) sums.unsplit += line.unsplit * price;
      if (line.peakTax !== 0n) sums.peakTax += line.peakTax * price;
      if (cell.basis !== "rated") continue;
      sums.rated += cost;
      sums.logged += line.logged * price;
    }
  }
  const isBounded = bounds.low !== zeroUsd || bounds.high !== zeroUsd;
  return {
    sessions: counts.sessions,
    unknownSessions: counts.unknownSessions,
    known: sums.known,
    idle: sums.idle,
    unsplit: sums.unsplit,
    peakTax: sums.peakTax,
    rated: sums.rated === sums.known ? sums.known : sums.rated,
    logged: sums.logged,
    vcpuNs: used.vCPU,
    memory: used.Memory,
    lacksPrice,
    bounds: isBounded ? bounds : null,
  };
}

export function figuresOf(sums: CostSums, scale: GbScale): CostFigures {
  const amount = (units: bigint): Usd => amountOf(units, scale);
  const known = amount(sums.known);
  const { sessions, unknownSessions, bounds } = sums;
  const high = bounds === null ? known : bounds.high === null ? null : addUsd(known, bounds.high);
  return {
    sessions,
    unknownSessions,
    known,
    idle: amount(sums.idle),
    active: amount(sums.known - sums.idle - sums.unsplit),
    unsplit: amount(sums.unsplit),
    peakTax: amount(sums.peakTax),
    logged: amount(sums.logged),
    rated: amount(sums.rated),
    low: bounds === null ? known : addUsd(known, bounds.low),
    high: sums.lacksPrice ? null : high,
    vcpuHours: usd(sums.vcpuNs, scales[scale].units.vCPU),
    gbHours: usd(sums.memory, scales[scale].units.Memory),
  };
}

/** Dollars of one of the amounts of `CostSums`. */
export const amountOf = (units: bigint, scale: GbScale): Usd => usd(units, scales[scale].denominator);

/**
 * A product of usage and price times this is an amount of `CostSums`, whichever the meter: the least that
 * both have in common, because figures of more than two machine words take several times as long.
 */
const scaleOf = (times: Readonly<Record<GbUnit, bigint>>, bytes: bigint) => {
  /** vCPU-nanoseconds of a vCPU-hour, and byte-milliseconds of a GB-hour, times what this scale makes of them. */
  const units: Readonly<Record<Meter, bigint>> = { vCPU: 3_600_000_000_000n, Memory: 3_600_000n * bytes };
  const shared = commonDivisor(units.vCPU, units.Memory);
  return {
    times,
    units,
    factor: { vCPU: units.Memory / shared, Memory: units.vCPU / shared },
    denominator: (units.vCPU / shared) * units.Memory * 10n ** 12n,
  };
};

const commonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonDivisor(b, a % b));

const [binaryBytes, decimalBytes] = [BigInt(gigabyteOf("binary").bytes), BigInt(gigabyteOf("decimal").bytes)];
const sharedBytes = commonDivisor(binaryBytes, decimalBytes);
const plain = { binary: 1n, decimal: 1n };

const scales: Readonly<Record<GbScale, ReturnType<typeof scaleOf>>> = {
  binary: scaleOf(plain, binaryBytes),
  decimal: scaleOf(plain, decimalBytes),
  // Over the least bytes that are whole GB of both: larger figures, which only a report of both has to bear.
  mixed: scaleOf(
    { binary: decimalBytes / sharedBytes, decimal: binaryBytes / sharedBytes },
    (binaryBytes / sharedBytes) * decimalBytes,
  ),
};
