import type { GbUnit } from "../billing/gigabyte.ts";
import { gigabyteOf } from "../billing/gigabyte.ts";
import type { Spend } from "../budget/spend.ts";
import { addUsd, subtractUsd, sumUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";
import type { CostBasis } from "../ledger/charge.ts";

export type Meter = "vCPU" | "Memory";

/** What was used of one meter at one price, in vCPU-nanoseconds or byte-milliseconds. */
export interface PricedUsage {
  readonly meter: Meter;
  /** Dollars of an hour in units of 10^-12; null where there is no price. */
  readonly unitPrice: bigint | null;
  usage: bigint;
  idle: bigint;
  logged: bigint;
  peakTax: bigint;
  /** The part of `usage` of which nobody knows how idle it was: it was shared out, not metered. */
  unsplit: bigint;
}

/** What one group has of one basis. It grows with the prices that occur, never with the sessions. */
export interface CostCell {
  readonly basis: CostBasis;
  readonly usage: PricedUsage[];
  /** Sessions that have a row here; each once. */
  sessions: number;
  /** Those without a figure, or with one for some hours only. */
  unknownSessions: number;
  /** Bounds of those that have none at all; `high` is null where one has no bound. */
  low: Usd;
  high: Usd | null;
}

export const costCell = (basis: CostBasis): CostCell => ({
  basis,
  usage: [],
  sessions: 0,
  unknownSessions: 0,
  low: zeroUsd,
  high: zeroUsd,
});

/** The line of a meter at a price: there are few, so they are looked for one after the other. */
export function usageAt(cell: Pick<CostCell, "usage">, meter: Meter, unitPrice: bigint | null): PricedUsage {
  for (const line of cell.usage) if (line.meter === meter && line.unitPrice === unitPrice) return line;
  const line = { meter, unitPrice, usage: 0n, idle: 0n, logged: 0n, peakTax: 0n, unsplit: 0n };
  cell.usage.push(line);
  return line;
}

export function addBounds(cell: CostCell, spend: Pick<Spend, "low" | "high">): void {
  cell.low = addUsd(cell.low, spend.low);
  cell.high = cell.high === null || spend.high === null ? null : addUsd(cell.high, spend.high);
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

/** `sessions` where the cells share some: then their sum counts them twice. */
export function figuresOf(cells: readonly CostCell[], gb: GbUnit, sessions?: number): CostFigures {
  const sums = { usage: newSum(), idle: newSum(), unsplit: newSum(), peakTax: newSum(), logged: newSum() };
  const rated = newSum();
  const used = newSum();
  let lacksPrice = false;
  for (const { basis, usage } of cells) {
    for (const line of usage) {
      used[line.meter] += line.usage;
      const { unitPrice: price } = line;
      if (price === null) {
        lacksPrice ||= line.usage > 0n;
        continue;
      }
      const { meter } = line;
      sums.usage[meter] += line.usage * price;
      sums.idle[meter] += line.idle * price;
      sums.unsplit[meter] += line.unsplit * price;
      sums.peakTax[meter] += line.peakTax * price;
      if (basis !== "rated") continue;
      rated[meter] += line.usage * price;
      sums.logged[meter] += line.logged * price;
    }
  }
  const cost = costing(gb);
  const known = cost(sums.usage);
  const isAllRated = cells.every(({ basis }) => basis === "rated");
  const idle = cost(sums.idle);
  const unsplit = cost(sums.unsplit);
  const hasBounds = cells.some(({ low, high }) => low !== zeroUsd || high !== zeroUsd);
  const highs = cells.map(({ high }) => high);
  return {
    sessions: sessions ?? cells.reduce((sum, cell) => sum + cell.sessions, 0),
    unknownSessions: cells.reduce((sum, cell) => sum + cell.unknownSessions, 0),
    known,
    idle,
    active: unsplit.numerator === 0n ? subtractUsd(known, idle) : subtractUsd(subtractUsd(known, idle), unsplit),
    unsplit,
    peakTax: cost(sums.peakTax),
    logged: cost(sums.logged),
    rated: isAllRated ? known : cost(rated),
    low: hasBounds ? sumUsd([known, ...cells.map(({ low }) => low)]) : known,
    high:
      lacksPrice || highs.includes(null)
        ? null
        : hasBounds
          ? sumUsd([known, ...highs.flatMap((it) => it ?? [])])
          : known,
    vcpuHours: usd(used.vCPU, unitsPerHour("vCPU", gb)),
    gbHours: usd(used.Memory, unitsPerHour("Memory", gb)),
  };
}

/** Usage times price, in 10^-12 dollars times the units of an hour, which differ between the meters. */
type MeterSum = Record<Meter, bigint>;

const newSum = (): MeterSum => ({ vCPU: 0n, Memory: 0n });

/** All figures over one denominator, so that adding up any number of them does not grow it. */
function costing(gb: GbUnit): (sum: MeterSum) => Usd {
  const { ofVcpu, ofMemory, nothing } = scales[gb];
  return ({ vCPU, Memory }) =>
    vCPU === 0n && Memory === 0n ? nothing : usd(vCPU * ofMemory + Memory * ofVcpu, nothing.denominator);
}

/** vCPU-nanoseconds of a vCPU-hour, byte-milliseconds of a GB-hour. */
const unitsPerHour = (meter: Meter, gb: GbUnit): bigint =>
  meter === "vCPU" ? 3_600_000_000_000n : 3_600_000n * BigInt(gigabyteOf(gb).bytes);

const scaleOf = (gb: GbUnit) => {
  const [ofVcpu, ofMemory] = [unitsPerHour("vCPU", gb), unitsPerHour("Memory", gb)];
  return { ofVcpu, ofMemory, nothing: usd(0n, ofVcpu * ofMemory * 10n ** 12n) };
};

const scales: Readonly<Record<GbUnit, ReturnType<typeof scaleOf>>> = {
  binary: scaleOf("binary"),
  decimal: scaleOf("decimal"),
};
