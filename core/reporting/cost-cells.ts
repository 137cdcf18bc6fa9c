import type { GbUnit } from "../billing/gigabyte.ts";
import { gigabyteOf } from "../billing/gigabyte.ts";
import type { Spend } from "../budget/spend.ts";
import { addUsd, sumUsd, type Usd, usd, zeroUsd } from "../kernel/money.ts";
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
  const lines = cells.flatMap((cell) => cell.usage.map((line) => ({ line, isRated: cell.basis === "rated" })));
  const costOf = (part: (line: PricedUsage) => bigint, only: (isRated: boolean) => boolean = () => true): Usd =>
    sumUsd(lines.flatMap(({ line, isRated }) => (only(isRated) ? costsOf(line, part(line), gb) : [])));
  const known = costOf((line) => line.usage);
  const idle = costOf((line) => line.idle);
  const unsplit = costOf((line) => line.unsplit);
  const lacksPrice = lines.some(({ line }) => line.unitPrice === null && line.usage > 0n);
  const highs = cells.map(({ high }) => high);
  const hours = (meter: Meter): Usd =>
    sumUsd(lines.flatMap(({ line }) => (line.meter === meter ? [usd(line.usage, unitsPerHour(meter, gb))] : [])));
  return {
    sessions: sessions ?? cells.reduce((sum, cell) => sum + cell.sessions, 0),
    unknownSessions: cells.reduce((sum, cell) => sum + cell.unknownSessions, 0),
    known,
    idle,
    active: costOf((line) => line.usage - line.idle - line.unsplit),
    unsplit,
    peakTax: costOf((line) => line.peakTax),
    logged: costOf((line) => line.logged, Boolean),
    rated: costOf((line) => line.usage, Boolean),
    low: sumUsd([known, ...cells.map(({ low }) => low)]),
    high: lacksPrice || highs.includes(null) ? null : sumUsd([known, ...highs.flatMap((high) => high ?? [])]),
    vcpuHours: hours("vCPU"),
    gbHours: hours("Memory"),
  };
}

const costsOf = ({ meter, unitPrice }: PricedUsage, usage: bigint, gb: GbUnit): readonly Usd[] =>
  unitPrice === null || usage === 0n ? [] : [usd(usage * unitPrice, unitsPerHour(meter, gb) * 10n ** 12n)];

/** vCPU-nanoseconds of a vCPU-hour, byte-milliseconds of a GB-hour. */
const unitsPerHour = (meter: Meter, gb: GbUnit): bigint =>
  meter === "vCPU" ? 3_600_000_000_000n : 3_600_000n * BigInt(gigabyteOf(gb).bytes);
