import { invalid } from "./errors.ts";

export type Granularity = "DAILY" | "MONTHLY" | "HOURLY";

export interface Period {
  readonly startAt: number;
  /** Not included. */
  readonly endAt: number;
}

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const hourlyDays = 14;
const recentMonths = 14;
const allMonths = 38;

/** The periods that a request asks for, each as one result. Throws what Cost Explorer answers for dates that it does not take. */
export function periodsOf(
  asked: { readonly Start: string; readonly End: string },
  granularity: Granularity,
  now: number,
): readonly Period[] {
  const startAt = instantOf(asked.Start, granularity);
  const endAt = instantOf(asked.End, granularity);
  if (startAt >= endAt) throw invalid("Start date (and hour) should be before end date (and hour)");
  if (startAt > now) throw invalid("start date should not be after the current date");
  if (endAt > monthStart(now, 1)) throw invalid("end date past the beginning of next month");
  if (granularity === "HOURLY" && startAt < now - hourlyDays * dayMs) {
    throw invalid(
      `start date is too old for hourly, the max supported days for hourly granularity is ${hourlyDays} days.`,
    );
  }
  if (startAt < monthStart(now, -allMonths)) throw invalid(`start date is more than ${allMonths} months ago`);
  if (startAt < monthStart(now, -recentMonths) && startAt !== monthStart(startAt, 0)) {
    throw invalid(
      `To retrieve data beyond the past ${recentMonths} months, your start date needs to be the first day of the month.`,
    );
  }
  const periods: Period[] = [];
  for (let at = startAt; at < endAt; ) {
    const next = Math.min(endAt, followingOf(at, granularity));
    periods.push({ startAt: at, endAt: next });
    at = next;
  }
  return periods;
}

/** As a date, or with the hour where the granularity has one. */
export function periodText({ startAt, endAt }: Period, granularity: Granularity): { Start: string; End: string } {
  const text = (at: number): string => {
    const iso = new Date(at).toISOString();
    return granularity === "HOURLY" ? `${iso.slice(0, 19)}Z` : iso.slice(0, 10);
  };
  return { Start: text(startAt), End: text(endAt) };
}

/** A month's figures are estimated until its bill is closed, some days into the next. */
export const isEstimated = ({ endAt }: Period, now: number): boolean => now < monthStart(endAt - 1, 1) + 5 * dayMs;

function instantOf(text: string, granularity: Granularity): number {
  const isHourly = text.includes("T");
  if (isHourly && granularity !== "HOURLY")
    throw invalid("Timestamps are for HOURLY granularity only; give dates such as 2026-11-01.");
  const at = Date.parse(isHourly ? text : `${text}T00:00:00Z`);
  // A date such as February 30 would roll over into March.
  if (Number.isNaN(at) || !new Date(at).toISOString().startsWith(text.slice(0, 19).replace(/Z$/, ""))) {
    throw invalid(`Invalid date: ${text}`);
  }
  if (at % hourMs !== 0) throw invalid(`${text} must be a whole hour`);
  return at;
}

function followingOf(at: number, granularity: Granularity): number {
  switch (granularity) {
    case "HOURLY":
      return at + hourMs;
    case "DAILY":
      return at + dayMs;
    case "MONTHLY":
      return monthStart(at, 1);
    default:
      return granularity satisfies never;
  }
}

/** The start of the month that is `ahead` months after the one of `at`. */
function monthStart(at: number, ahead: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + ahead, 1);
}
