import { amountOf, type CostFigures, type CostSums, type GbScale } from "../../core/reporting/cost-figures.ts";
import { printedParts } from "../../core/reporting/largest-remainder.ts";

/** What the cost of a group is split into; `unsplit` is what nobody knows the split of. */
const parts = ["idle", "active", "unsplit"] as const;
type Part = (typeof parts)[number];

/** In printed units, by the groups' places. What is active is what is left of a group. */
export interface PrintedSplits {
  readonly idle: readonly bigint[];
  readonly unsplit: readonly bigint[];
}

/**
 * Shares the cost of each group as it is printed out among its parts: cut, and what is left over goes to those that lost most, so
 * that none is below zero and they add up. Then as few units as it takes are moved between parts of a group, for the groups
 * to add up to the parts of the total.
 */
export function printedSplits(
  knownUnits: readonly bigint[],
  sumsAt: (place: number) => CostSums,
  { total, scale, decimals }: { readonly total: CostFigures; readonly scale: GbScale; readonly decimals: number },
): PrintedSplits {
  // The denominator has twelve decimals in it, and no more are printed.
  const unit = amountOf(1n, scale).denominator / 10n ** BigInt(decimals);
  const idle: bigint[] = [];
  const unsplit: bigint[] = [];
  for (const [place, units] of knownUnits.entries()) {
    const own = sharedOut(units, sumsAt(place), unit);
    idle.push(own.idle);
    unsplit.push(own.unsplit);
  }
  const unitsAt = (place: number): Record<Part, bigint> => {
    const own = { idle: idle[place] ?? 0n, unsplit: unsplit[place] ?? 0n };
    return { ...own, active: (knownUnits[place] ?? 0n) - own.idle - own.unsplit };
  };
  const surplus = surplusOf(knownUnits, { idle, unsplit }, total, decimals);
  for (const from of parts) {
    for (const to of parts) {
      const most = Number(surplus[from] < -surplus[to] ? surplus[from] : -surplus[to]);
      if (most <= 0) continue;
      const harm = (place: number): number => harmOf(unitsAt(place), sumsAt(place), unit, from, to);
      const moved = leastHarmed(knownUnits.length, harm, most);
      for (const place of moved) {
        if (from !== "active") ({ idle, unsplit })[from][place] = unitsAt(place)[from] - 1n;
        if (to !== "active") ({ idle, unsplit })[to][place] = unitsAt(place)[to] + 1n;
      }
      surplus[from] -= BigInt(moved.length);
      surplus[to] += BigInt(moved.length);
    }
  }
  return { idle, unsplit };
}

const exactOf = ({ known, idle, unsplit }: CostSums): Readonly<Record<Part, bigint>> => ({
  idle,
  active: known - idle - unsplit,
  unsplit,
});

function sharedOut(units: bigint, sums: CostSums, unit: bigint): Readonly<Record<Part, bigint>> {
  const exact = exactOf(sums);
  const shares = { idle: exact.idle / unit, active: exact.active / unit, unsplit: exact.unsplit / unit };
  const left = Number(units - shares.idle - shares.active - shares.unsplit);
  if (left <= 0) return shares;
  const lost = (part: Part): bigint => exact[part] % unit;
  const byLoss = parts.toSorted((a, b) => (lost(a) < lost(b) ? 1 : lost(a) > lost(b) ? -1 : 0));
  for (const part of byLoss.slice(0, left)) shares[part] += 1n;
  return shares;
}

/** How many units the groups have more of each part than the total. */
function surplusOf(
  knownUnits: readonly bigint[],
  own: PrintedSplits,
  total: CostFigures,
  decimals: number,
): Record<Part, bigint> {
  const sum = (list: readonly bigint[]): bigint => list.reduce((all, units) => all + units, 0n);
  const [idle, unsplit] = [sum(own.idle), sum(own.unsplit)];
  const wanted = printedParts([total.idle, total.active, total.unsplit], decimals);
  return {
    idle: idle - (wanted[0] ?? 0n),
    active: sum(knownUnits) - idle - unsplit - (wanted[1] ?? 0n),
    unsplit: unsplit - (wanted[2] ?? 0n),
  };
}

/** How far from the exact amounts a unit takes a group, in units; infinite where it has none to give, or nothing of the other part. */
function harmOf(units: Readonly<Record<Part, bigint>>, sums: CostSums, unit: bigint, from: Part, to: Part): number {
  const exact = exactOf(sums);
  if (units[from] <= 0n || exact[to] <= 0n) return Number.POSITIVE_INFINITY;
  const apart = exact[from] - units[from] * unit + units[to] * unit - exact[to];
  return Number((apart * 2n ** 20n) / unit);
}

/** The places of those that are harmed least, at most so many. */
function leastHarmed(count: number, harmAt: (place: number) => number, most: number): readonly number[] {
  const harm = Float64Array.from({ length: count }, (_, place) => harmAt(place));
  const limit = harm.toSorted()[Math.min(most, count) - 1] ?? Number.POSITIVE_INFINITY;
  const places: number[] = [];
  const add = (isWanted: (own: number) => boolean): void => {
    for (let place = 0; place < count && places.length < most; place += 1) {
      if (isWanted(harm[place] ?? Number.POSITIVE_INFINITY)) places.push(place);
    }
  };
  add((own) => own < limit);
  add((own) => own === limit && Number.isFinite(own));
  return places;
}
