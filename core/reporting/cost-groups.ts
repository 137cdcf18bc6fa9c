import type { Labels } from "../attribution/attribution.ts";
import type { SessionKey } from "../billing/usage-record.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import type { CostBasis } from "../ledger/charge.ts";
import { type CostCell, costCell } from "./cost-cells.ts";

/** Dimensions that every report knows; labels of the attribution rules are dimensions too. */
export const fixedDimensions = [
  "account",
  "region",
  "interpreter",
  "name",
  "session",
  "principal",
  "basis",
  "day",
  "hour",
] as const;

/** What a session is grouped by. */
export interface GroupedSession extends SessionKey {
  readonly name: string | null;
  readonly principal: string | null;
}

/** Null where it is not known who or what a cost is of: a session may have any text for a name. */
export type DimensionValue = string | null;

/** All sessions that have the same values in the dimensions that are theirs, whatever the time and the basis. */
export interface SessionGroup {
  readonly values: readonly DimensionValue[];
  /** Of each time and basis, while there are few: mostly one, where there are hundreds of thousands of groups. */
  cells: readonly TimedCell[];
  /** All of them by time and basis, once there are many. */
  byKey: Map<number, TimedCell> | null;
}

interface TimedCell {
  readonly cell: CostCell;
  readonly bucket: number;
  /** Of time and basis. */
  readonly key: number;
}

/** So few are looked through one after the other. */
const fewCells = 4;

export interface CostGroups {
  readonly groupOf: (session: GroupedSession, labels: Labels) => SessionGroup;
  readonly cellOf: (group: SessionGroup, hourAt: Instant, basis: CostBasis) => CostCell;
  /**
   * Each with the value of every dimension, in their order; once, for what was handed over is forgotten: there may be hundreds
   * of MB of it.
   */
  readonly handOver: () => Iterable<{
    readonly values: readonly DimensionValue[];
    readonly cells: readonly CostCell[];
  }>;
}

/** Groups by `dimensions`; by none of them: everything is one group. */
export function costGroups(dimensions: readonly string[]): CostGroups {
  const groups = new Map<DimensionValue, SessionGroup>();
  const bucketMs = dimensions.includes("hour") ? 3_600_000 : dimensions.includes("day") ? 86_400_000 : null;
  const byBasis = dimensions.includes("basis");
  const isTimed = byBasis || bucketMs !== null;
  return {
    groupOf: (session, labels) => {
      const values = dimensions.map((dimension) => dimensionValue(session, labels, dimension));
      const key = values.length === 1 ? (values[0] ?? null) : JSON.stringify(values);
      const known = groups.get(key);
      if (known !== undefined) return known;
      const group = { values, cells: noCells, byKey: null };
      groups.set(key, group);
      return group;
    },
    cellOf: (group, hourAt, basis) => {
      const bucket = bucketMs === null ? 0 : Math.floor(hourAt / bucketMs) * bucketMs;
      const key = bucket + basisNumber[basis];
      const known = cellAt(group, key);
      if (known !== undefined) return known.cell;
      const timed = { cell: costCell(basis), bucket, key };
      addCell(group, timed);
      return timed.cell;
    },
    *handOver() {
      for (const [key, { values, cells: few, byKey }] of groups) {
        groups.delete(key);
        const cells = byKey === null ? few : [...byKey.values()];
        for (const own of cells.length === 1 ? [cells] : byTime(cells, byBasis)) {
          yield {
            values: isTimed
              ? values.map((value, place) => timeOrBasis(dimensions[place] ?? "", own[0]) ?? value)
              : values,
            cells: own.map(({ cell }) => cell),
          };
        }
      }
    },
  };
}

const noCells: readonly TimedCell[] = [];

const cellAt = ({ cells, byKey }: SessionGroup, key: number): TimedCell | undefined =>
  byKey === null ? cells.find((timed) => timed.key === key) : byKey.get(key);

function addCell(group: SessionGroup, timed: TimedCell): void {
  if (group.byKey !== null) group.byKey.set(timed.key, timed);
  else {
    group.cells = group.cells.concat(timed);
    if (group.cells.length > fewCells) group.byKey = new Map(group.cells.map((it) => [it.key, it]));
  }
}

const byTime = (cells: readonly TimedCell[], byBasis: boolean): Iterable<readonly TimedCell[]> =>
  Map.groupBy(cells, ({ cell, bucket }) => `${bucket}/${byBasis ? cell.basis : ""}`).values();

/** Buckets are whole hours apart: a number that names time and basis needs no text made for each row. */
const basisNumber: Readonly<Record<CostBasis, number>> = { rated: 0, logged: 1, allocated: 2, bounded: 3 };

/** Whether a dimension is a label of the attribution rules. */
export const isLabel = (dimension: string): boolean => !fixedDimensions.some((known) => known === dimension);

function dimensionValue(session: GroupedSession, labels: Labels, dimension: string): DimensionValue {
  switch (dimension) {
    case "account":
    case "region":
    case "interpreter":
    case "session":
      return session[dimension];
    case "name":
    case "principal":
      return session[dimension];
    case "day":
    case "hour":
    case "basis":
      return "";
    default:
      return labels[dimension] ?? null;
  }
}

function timeOrBasis(
  dimension: string,
  of: { readonly cell: CostCell; readonly bucket: number } | undefined,
): string | null {
  if (of === undefined) return null;
  if (dimension === "basis") return of.cell.basis;
  const text = isoOf(of.bucket as Instant);
  if (dimension === "day") return text.slice(0, 10);
  return dimension === "hour" ? `${text.slice(0, 13)}:00Z` : null;
}
