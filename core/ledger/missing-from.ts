import { compareFigures } from "../billing/compare-figures.ts";
import type { UsageColumns } from "../billing/usage-columns.ts";
import type { UsageFigures } from "../billing/usage-figures.ts";
import { instant } from "../kernel/instant.ts";
import { settle } from "./open-records.ts";
import { recordDigest } from "./record-digest.ts";
import type { SealedUsage, SessionAccount } from "./session-account.ts";
import { firstAtOrAfter } from "./stamp-search.ts";

/** What an account knows of a session and a later reading of all its records does not have. */
export interface Missing {
  /** Whether records of the account's sums are, or of its open ones. */
  readonly counted: boolean;
  /** How many of its late records. */
  readonly late: number;
}

/**
 * Compares a reading, which has nothing sealed, with what is known. Sealed records are compared by their number in each hour,
 * and those one by one of which a digest is kept: as many records in all may still be others.
 */
export function missingFrom(reading: SessionAccount, { sealed, open, late }: SessionAccount): Missing {
  const read = settle(reading.open);
  const known = settle(open);
  const hours = hoursOf(read);
  const wanted = hoursOf(known);
  for (const { hourAt, records } of sealed?.charges ?? []) wanted.set(hourAt, (wanted.get(hourAt) ?? 0) + records);
  const isShort = [...wanted].some(([hourAt, records]) => (hours.get(hourAt) ?? 0) < records);
  return {
    counted: isShort || lacksDigest(read, sealed) || lacksRow(read, known),
    late: late.records.filter((record) => !has(read, record)).length,
  };
}

const hourMs = 3_600_000;

function hoursOf({ at, length }: UsageColumns): Map<number, number> {
  const hours = new Map<number, number>();
  for (let i = 0; i < length; i += 1) {
    const hourAt = Math.floor((at[i] ?? 0) / hourMs) * hourMs;
    hours.set(hourAt, (hours.get(hourAt) ?? 0) + 1);
  }
  return hours;
}

function lacksDigest(rows: UsageColumns, sealed: SealedUsage | null): boolean {
  if (sealed === null) return false;
  const { at, high, low } = sealed.digests;
  for (let i = 0; i < at.length; i += 1) {
    const isThere = someAt(rows, at[i] ?? 0, ({ elapsedSeconds, vcpuHours, gbHours }) => {
      const digest = recordDigest(at[i] ?? 0, elapsedSeconds, vcpuHours, gbHours);
      return digest.high === high[i] && digest.low === low[i];
    });
    if (!isThere) return true;
  }
  return false;
}

function lacksRow(rows: UsageColumns, known: UsageColumns): boolean {
  for (let i = 0; i < known.length; i += 1) {
    if (!has(rows, figuresAt(known, i))) return true;
  }
  return false;
}

const has = (rows: UsageColumns, record: UsageFigures): boolean =>
  someAt(rows, record.at, (other) => compareFigures(other, record) === 0);

/** Whether one of the rows of a stamp is as asked for; `rows` are in order. */
function someAt(rows: UsageColumns, at: number, is: (figures: UsageFigures) => boolean): boolean {
  for (let i = firstAtOrAfter(rows.at, rows.length, at); i < rows.length && rows.at[i] === at; i += 1) {
    if (is(figuresAt(rows, i))) return true;
  }
  return false;
}

const figuresAt = ({ at, elapsedSeconds, vcpuHours, gbHours }: UsageColumns, i: number): UsageFigures => ({
  at: instant(at[i] ?? 0),
  elapsedSeconds: elapsedSeconds[i] ?? 0,
  vcpuHours: vcpuHours[i] ?? 0,
  gbHours: gbHours[i] ?? 0,
});
