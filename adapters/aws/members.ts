import { type Instant, instant } from "../../core/kernel/instant.ts";

/** Members of an answer, checked by hand at the door: a model promises them, an answer may lack them all the same. */
export const record = (raw: unknown): Readonly<Record<string, unknown>> =>
  typeof raw === "object" && raw !== null ? (raw as Readonly<Record<string, unknown>>) : {};

export const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The SDK reads timestamps into dates; one that is none is as good as missing. */
export const instantOf = (value: unknown): Instant | null =>
  value instanceof Date && Number.isFinite(value.getTime()) ? instant(value.getTime()) : null;

export const wholeNumber = (value: unknown, min: number): number | null =>
  typeof value === "number" && Number.isInteger(value) && value >= min ? value : null;

export const finiteNumber = (value: unknown, min: number): number | null =>
  typeof value === "number" && Number.isFinite(value) && value >= min ? value : null;
