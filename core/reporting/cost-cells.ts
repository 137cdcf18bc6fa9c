import type { GbUnit } from "../billing/gigabyte.ts";
import type { Spend } from "../budget/spend.ts";
import { addUsd, type Usd, zeroUsd } from "../kernel/money.ts";
import type { CostBasis } from "../ledger/charge.ts";

export type Meter = "vCPU" | "Memory";

/** What was used of one meter at one price, in vCPU-nanoseconds or byte-milliseconds. */
export interface PricedUsage {
  readonly meter: Meter;
  /** Dollars of an hour in units of 10^-12; null where there is no price. */
  readonly unitPrice: bigint | null;
  /** What a GB is in `unitPrice`: a setting that changes leaves what was charged before as it was. */
  readonly gb: GbUnit;
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
  usage: readonly PricedUsage[];
  /** Sessions that have a row here; each once. */
  sessions: number;
  /** Those without a figure, or with one for some hours only. */
  unknownSessions: number;
  /** Bounds of those that have none at all; `high` is null where one has no bound. */
  low: Usd;
  high: Usd | null;
}

const noUsage: readonly PricedUsage[] = [];

export const costCell = (basis: CostBasis): CostCell => ({
  basis,
  usage: noUsage,
  sessions: 0,
  unknownSessions: 0,
  low: zeroUsd,
  high: zeroUsd,
});

/** The line of a meter at a price: there are few, so they are looked for one after the other. */
export function usageAt(
  cell: Pick<CostCell, "usage">,
  { meter, unitPrice, gb }: Pick<PricedUsage, "meter" | "unitPrice" | "gb">,
): PricedUsage {
  for (const line of cell.usage)
    if (line.meter === meter && line.unitPrice === unitPrice && line.gb === gb) return line;
  const line = { meter, unitPrice, gb, usage: 0n, idle: 0n, logged: 0n, peakTax: 0n, unsplit: 0n };
  // A list that is pushed to keeps room for sixteen, which hundreds of thousands of cells have no use for.
  cell.usage = cell.usage.concat(line);
  return line;
}

export function addBounds(cell: Pick<CostCell, "low" | "high">, spend: Pick<Spend, "low" | "high">): void {
  cell.low = addUsd(cell.low, spend.low);
  cell.high = cell.high === null || spend.high === null ? null : addUsd(cell.high, spend.high);
}

/** Adds all that a cell has to another one of its basis. */
export function addCell(all: CostCell, cell: CostCell): void {
  for (const line of cell.usage) {
    const sum = usageAt(all, line);
    sum.usage += line.usage;
    sum.idle += line.idle;
    sum.logged += line.logged;
    sum.peakTax += line.peakTax;
    sum.unsplit += line.unsplit;
  }
  all.sessions += cell.sessions;
  all.unknownSessions += cell.unknownSessions;
  if (cell.low !== zeroUsd || cell.high !== zeroUsd) addBounds(all, cell);
}
