import type { GbUnit } from "../billing/gigabyte.ts";
import { gigabyteOf } from "../billing/gigabyte.ts";
import { addUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";
import { addBounds, type CostCell, type Meter } from "./cost-cells.ts";

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
  readonly byteMs: bigint;
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

export function sumsOf(cells: readonly CostCell[], gb: GbUnit): CostSums {
  const { factor } = scales[gb];
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
      used[line.meter] += line.usage;
      if (line.unitPrice === null) {
        lacksPrice ||= line.usage > 0n;
        continue;
      }
      const price = line.unitPrice * factor[line.meter];
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
    byteMs: used.Memory,
    lacksPrice,
    bounds: isBounded ? bounds : null,
  };
}

export function figuresOf(sums: CostSums, gb: GbUnit): CostFigures {
  const amount = (units: bigint): Usd => amountOf(units, gb);
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
    vcpuHours: usd(sums.vcpuNs, scales[gb].units.vCPU),
    gbHours: usd(sums.byteMs, scales[gb].units.Memory),
  };
}

/** Dollars of one of the amounts of `CostSums`. */
export const amountOf = (units: bigint, gb: GbUnit): Usd => usd(units, scales[gb].denominator);

/** vCPU-nanoseconds of a vCPU-hour, byte-milliseconds of a GB-hour. */
const unitsPerHour = (meter: Meter, gb: GbUnit): bigint =>
  meter === "vCPU" ? 3_600_000_000_000n : 3_600_000n * BigInt(gigabyteOf(gb).bytes);

/**
 * A product of usage and price times this is an amount of `CostSums`, whichever the meter: the least that
 * both have in common, because figures of more than two machine words take several times as long.
 */
const scaleOf = (gb: GbUnit) => {
  const units = { vCPU: unitsPerHour("vCPU", gb), Memory: unitsPerHour("Memory", gb) };
  const shared = commonDivisor(units.vCPU, units.Memory);
  return {
    units,
    factor: { vCPU: units.Memory / shared, Memory: units.vCPU / shared },
    denominator: (units.vCPU / shared) * units.Memory * 10n ** 12n,
  };
};

const commonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonDivisor(b, a % b));

const scales: Readonly<Record<GbUnit, ReturnType<typeof scaleOf>>> = {
  binary: scaleOf("binary"),
  decimal: scaleOf("decimal"),
};
