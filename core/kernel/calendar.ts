import { civilOf, type Instant, instant } from "./instant.ts";

const dayMs = 86_400_000;

/** Start of the UTC day that `at` lies in. */
export const startOfDay = (at: Instant): Instant => instant(Math.floor(at / dayMs) * dayMs);

/** Start of the ISO week, Monday 00:00 UTC. 1970-01-01 was a Thursday. */
export const startOfWeek = (at: Instant): Instant => {
  const day = Math.floor(at / dayMs);
  const sinceMonday = (((day + 3) % 7) + 7) % 7;
  return instant((day - sinceMonday) * dayMs);
};

/** Start of the UTC month that lies `months` after the one of `at`. */
export function startOfMonth(at: Instant, months = 0): Instant {
  const [year, month] = civilOf(Math.floor(at / dayMs));
  const index = year * 12 + (month - 1) + months;
  return instant(daysOf(Math.floor(index / 12), (((index % 12) + 12) % 12) + 1, 1) * dayMs);
}

const iso = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?Z)?$/;

/** Reads `2026-11-20` or `2026-11-20T12:00:00Z`, with or without milliseconds; null for anything else, also for 30 February. */
export function instantOfIso(text: string): Instant | null {
  const match = iso.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second, ms] = match.slice(1).map((part) => Number(part ?? 0));
  const days = daysOf(year ?? 0, month ?? 0, day ?? 0);
  const [y, m, d] = civilOf(days);
  const isDate = y === year && m === month && d === day;
  if (!isDate || (hour ?? 0) > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) return null;
  return instant(days * dayMs + (hour ?? 0) * 3_600_000 + (minute ?? 0) * 60_000 + (second ?? 0) * 1000 + (ms ?? 0));
}

/** Days-from-civil, the inverse of `civilOf`. */
function daysOf(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
