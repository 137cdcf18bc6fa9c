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

/** Where it is not known who or what a cost is of. */
const unknownValue = "unknown";

/** All sessions that have the same values in the dimensions that are theirs, whatever the time and the basis. */
export interface SessionGroup {
  readonly values: readonly string[];
  /** By time and basis. */
  readonly cells: Map<number, { readonly cell: CostCell; readonly bucket: number }>;
}

export interface CostGroups {
  readonly groupOf: (session: GroupedSession, labels: Labels) => SessionGroup;
  readonly cellOf: (group: SessionGroup, hourAt: Instant, basis: CostBasis) => CostCell;
  /** Each with the value of every dimension, in their order. */
  readonly all: () => readonly { readonly values: readonly string[]; readonly cells: readonly CostCell[] }[];
}

/** Groups by `dimensions`; by none of them: everything is one group. */
export function costGroups(dimensions: readonly string[]): CostGroups {
  const groups = new Map<string, SessionGroup>();
  const bucketMs = dimensions.includes("hour") ? 3_600_000 : dimensions.includes("day") ? 86_400_000 : null;
  const byBasis = dimensions.includes("basis");
  return {
    groupOf: (session, labels) => {
      const values = dimensions.map((dimension) => dimensionValue(session, labels, dimension));
      const key = JSON.stringify(values);
      const known = groups.get(key);
      if (known !== undefined) return known;
      const group = { values, cells: new Map() };
      groups.set(key, group);
      return group;
    },
    cellOf: ({ cells }, hourAt, basis) => {
      const bucket = bucketMs === null ? 0 : Math.floor(hourAt / bucketMs) * bucketMs;
      const key = bucket + basisNumber[basis];
      const known = cells.get(key);
      if (known !== undefined) return known.cell;
      const cell = costCell(basis);
      cells.set(key, { cell, bucket });
      return cell;
    },
    all: () =>
      [...groups.values()].flatMap(({ values, cells }) =>
        [...Map.groupBy(cells.values(), ({ cell, bucket }) => `${bucket}/${byBasis ? cell.basis : ""}`).values()].map(
          (own) => ({
            values: values.map((value, place) => timeOrBasis(dimensions[place] ?? "", own[0]) ?? value),
            cells: own.map(({ cell }) => cell),
          }),
        ),
      ),
  };
}

/** Buckets are whole hours apart: a number that names time and basis needs no text made for each row. */
const basisNumber: Readonly<Record<CostBasis, number>> = { rated: 0, logged: 1, allocated: 2, bounded: 3 };

/** Whether a dimension is a label of the attribution rules. */
export const isLabel = (dimension: string): boolean => !fixedDimensions.some((known) => known === dimension);

function dimensionValue(session: GroupedSession, labels: Labels, dimension: string): string {
  switch (dimension) {
    case "account":
    case "region":
    case "interpreter":
    case "session":
      return session[dimension];
    case "name":
    case "principal":
      return session[dimension] ?? unknownValue;
    case "day":
    case "hour":
    case "basis":
      return "";
    default:
      return labels[dimension] ?? unknownValue;
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
