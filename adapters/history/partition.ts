import { createHash } from "node:crypto";
import { type Instant, instant, isoOf } from "../../core/kernel/instant.ts";

/** Tables of history, each in a folder of its own. */
export type HistoryTable = "history" | "audit/superseded" | "audit/restatements";

const dayMs = 86_400_000;

/** Midnight UTC of the day that an instant lies in. */
export const dayOf = (at: Instant): Instant => instant(Math.floor(at / dayMs) * dayMs);
export const daysLater = (at: Instant, days: number): Instant => instant(at + days * dayMs);

/** The one file of a day, account and Region. Query engines take `name=value` folders as columns. */
export const partitionPath = (table: HistoryTable, day: Instant, account: string, region: string): string =>
  `${table}/day=${dateOf(day)}/account=${pathPart(account)}/region=${pathPart(region)}${fileName}`;

const fileName = "/rows.parquet";

/** Whether a path is that of the one file of its folder: a copy beside it, which somebody's tool made, is none of ours. */
export const isPartitionPath = (path: string): boolean => path.endsWith(fileName);

/** Between these lie all files of a table whose day begins in [from, until). */
export const partitionRange = (table: HistoryTable, from: Instant, until: Instant): readonly [string, string] => [
  `${table}/day=${dateOf(from)}`,
  `${table}/day=${dateOf(until)}`,
];

// Days outside of these have no date of ten characters; nothing was metered before, and nobody asks for what comes after.
const firstDay = instant(Date.UTC(1970, 0, 1));
const lastDay = instant(Date.UTC(9999, 11, 31));
const dateOf = (at: Instant): string =>
  isoOf(instant(Math.min(Math.max(at, firstDay), lastDay))).slice(0, "2026-11-20".length);

/**
 * Accounts and Regions come from log lines: what is no letter, digit or dash is written as an escape, and a text longer than
 * any real one ends in a digest, so that no name leads out of its folder or past the length that a file system takes.
 */
export function pathPart(text: string): string {
  if (/^[A-Za-z0-9-]{1,120}$/.test(text)) return text;
  const escaped = Array.from(text, (it) => (/^[A-Za-z0-9-]$/.test(it) ? it : unitsOf(it))).join("");
  if (escaped.length > 0 && escaped.length <= 120) return escaped;
  const digest = createHash("sha256").update(Buffer.from(text, "utf16le")).digest("hex");
  return `${escaped.slice(0, 60)}_${digest}`;
}

const unitsOf = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `_${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
