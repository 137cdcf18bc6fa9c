import { instantOfIso, startOfMonth } from "../../core/kernel/calendar.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";

const hourMs = 3_600_000;
/** A key has the hour of the delivery or of the records in it, which come up to two hours before. */
const earlierMs = 3 * hourMs;
const laterMs = hourMs;

/**
 * Whether a folder of keys can hold files delivered in [from, until), by the date in its path, such as `…/2026/11/20/13/`,
 * `…/year=2026/month=11/` or `…/2026-11-20/`. Without a date, down to the month at least, it can: a number alone may be
 * anything.
 */
export function mayHoldDeliveries(folder: string, from: Instant, until: Instant): boolean {
  const span = spanOf(folder);
  return span === null || (span.until > from - earlierMs && span.from < until + laterMs);
}

interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

function spanOf(folder: string): Span | null {
  const parts = folder.split("/").map((part) => part.slice(part.indexOf("=") + 1));
  const first = parts.findIndex((part) => /^20\d\d(?:-\d\d){0,2}$/.test(part));
  if (first < 0) return null;
  const numbers: string[] = [];
  for (const part of parts.slice(first).flatMap((text) => (/^[\d-]+$/.test(text) ? text.split("-") : [text]))) {
    if (!/^(?:20)?\d\d$/.test(part) || numbers.length === 4) break;
    numbers.push(part);
  }
  const [year, month, day, hour] = numbers;
  if (month === undefined) return null;
  const start = instantOfIso(`${year}-${month}-${day ?? "01"}T${hour ?? "00"}:00:00Z`);
  if (start === null) return null;
  if (day === undefined) return { from: start, until: startOfMonth(start, 1) };
  return { from: start, until: plusMs(instant(start), hour === undefined ? 24 * hourMs : hourMs) };
}
