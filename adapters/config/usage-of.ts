import type * as z from "zod";
import type { MeterSettings } from "../../core/billing/meter-rows.ts";
import { parseDuration } from "./duration.ts";
import { parseStoredPlace, type StoredPlace } from "./stored-place.ts";
import type { usageSchema } from "./usage-schema.ts";

/** Where usage records are, and how they are read and metered. */
export interface UsageSettings {
  /** Null: where the account's deliveries of usage logs say. */
  readonly usageFrom: StoredPlace | null;
  /** A log group's name with `${interpreter}`, for interpreters whose group nothing else names. */
  readonly logGroup: string | null;
  readonly aggregateAbove: number;
  readonly backfillMs: number;
  readonly meter: MeterSettings;
}

export type WrittenUsage = z.infer<typeof usageSchema>;

const defaultAggregateAbove = 2000;
const defaultBackfillMs = 24 * 3_600_000;

/** The section `usage`, which was checked, with the defaults of what it leaves out. */
export const usageOf = (usage: WrittenUsage): UsageSettings => ({
  usageFrom: placeOf(usage.from),
  logGroup: usage.logGroup ?? null,
  aggregateAbove: usage.aggregateAbove ?? defaultAggregateAbove,
  backfillMs: parseDuration(usage.backfill ?? "") ?? defaultBackfillMs,
  meter: { gb: usage.gb ?? "binary", idleVcpu: usage.idleVcpu ?? 0.02, unpricedRule: "2026-09" },
});

/** A place that the schema has checked; null where none is written. */
export function placeOf(text: string | undefined): StoredPlace | null {
  const place = text === undefined ? null : parseStoredPlace(text);
  return typeof place === "string" ? null : place;
}
