import type { Brand } from "./brand.ts";

/** Milliseconds since 1970-01-01T00:00:00Z, an integer. Names of instants end in `At`. */
export type Instant = Brand<number, "Instant">;

export const instant = (epochMs: number): Instant => Math.trunc(epochMs) as Instant;

export const plusMs = (at: Instant, ms: number): Instant => instant(at + ms);

/**
 * The date of a day counted from 1970-01-01, after the proleptic Gregorian calendar: core has no Date, so that no job can
 * read the clock by accident.
 */
export function civilOf(days: number): readonly [year: number, month: number, day: number] {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return [yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day];
}

/** ISO 8601 in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export function isoOf(at: Instant): string {
  const days = Math.floor(at / 86_400_000);
  const ms = at - days * 86_400_000;
  const [year, month, day] = civilOf(days);
  const pad = (value: number, width: number): string => String(value).padStart(width, "0");
  const time = [ms / 3_600_000, (ms / 60_000) % 60, (ms / 1000) % 60].map((part) => pad(Math.floor(part), 2)).join(":");
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}T${time}.${pad(ms % 1000, 3)}Z`;
}
