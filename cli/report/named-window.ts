import { instantOfIso, startOfMonth } from "../../core/kernel/calendar.ts";
import { type Instant, instant, plusMs } from "../../core/kernel/instant.ts";
import { type DurationRange, durationOfFlag } from "../config/duration-flag.ts";
import type { VerbInput } from "../verb.ts";

const hourMs = 3_600_000;

export interface NamedWindow {
  readonly from: Instant;
  readonly until: Instant;
  /** The month that the window is, such as 2026-11; null where it is another window. */
  readonly month: string | null;
}

/**
 * The window that `--from`, `--to`, `--month` or `--last` name, half open, in whole hours of UTC; without any of them, this month up
 * to now. What is wrong with them goes to `problems`.
 */
export function namedWindow(options: VerbInput["options"], now: Instant, problems: string[]): NamedWindow {
  const text = (name: string): string | null => (typeof options[name] === "string" ? options[name] : null);
  const [from, to, month, last] = [text("from"), text("to"), text("month"), text("last")];
  const nextHour = plusMs(hourOf(now), hourMs);
  const ways = [
    month === null ? null : "--month",
    last === null ? null : "--last",
    (from ?? to) ? "--from/--to" : null,
  ];
  const named = ways.filter((way) => way !== null);
  if (named.length > 1) problems.push(`${named.join(" and ")} name two windows: leave one out`);
  const usual = { from: startOfMonth(now), until: nextHour, month: null };
  if (month !== null) {
    const start = monthOf(month);
    if (start === null) {
      problems.push(`--month must be a month such as 2026-11, not "${month}"`);
      return usual;
    }
    if (start > now) problems.push(`--month ${month} has not begun`);
    return { from: start, until: startOfMonth(start, 1), month };
  }
  if (last !== null) {
    const ms = durationOfFlag("--last", last, lastRange, problems);
    if (ms === null) return usual;
    return { from: hourOf(plusMs(nextHour, -ms)), until: nextHour, month: null };
  }
  const start = from === null ? usual.from : instantAt("--from", from, problems);
  const end = to === null ? nextHour : instantAt("--to", to, problems);
  if (start !== null && end !== null && start >= end)
    problems.push("--from must be before --to, which is not part of the window");
  return { from: start ?? usual.from, until: end ?? nextHour, month: null };
}

const lastRange: DurationRange = {
  leastMs: hourMs,
  mostMs: 400 * 24 * hourMs,
  wanted: "from 1h to 400d, such as 24h or 7d",
  units: ["h", "d"],
};

/** The first instant of a month such as `2026-11`; null where it is none. */
export const monthOf = (text: string): Instant | null =>
  /^\d{4}-\d{2}$/.test(text) ? instantOfIso(`${text}-01`) : null;

function instantAt(flag: string, text: string, problems: string[]): Instant | null {
  const at = instantOfIso(text);
  if (at === null || at % hourMs !== 0) {
    problems.push(
      `${flag} must be a day such as 2026-11-20, or a whole hour such as 2026-11-20T12:00:00Z, not "${text}"`,
    );
    return null;
  }
  return at;
}

const hourOf = (at: Instant): Instant => instant(Math.floor(at / hourMs) * hourMs);
