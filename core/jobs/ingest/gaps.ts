import { type Instant, isoOf } from "../../kernel/instant.ts";

const missing = "records are missing: ";

const expired = "had expired where they were";

/** Why a figure lacks records: those before `at` were not kept until they were first read. */
export const expiredBefore = (at: Instant): string => `${missing}those before ${isoOf(at)} ${expired}`;

/** Why a figure lacks records: those from `at` on could not be read for a day. */
export const unreadSince = (at: Instant | null): string =>
  `${missing}${at === null ? "those of its place" : `those from ${isoOf(at)} on`} could not be read for a day`;

/** Two reasons why a figure is not exact; null is none. */
export function joinReasons(first: string | null, second: string | null): string | null {
  if (first === null || second === null) return first ?? second;
  return first.includes(second) ? first : `${first}; ${second}`;
}

/** Whether a figure is made of records one by one, of which some are missing, and not of what was summed up at its place. */
export const isOfRecords = (approximate: string | null): boolean =>
  (approximate ?? missing).split("; ").every((reason) => reason.startsWith(missing));

/** What another reading of all records that are left cannot mend. */
export const lastingOf = (approximate: string | null): string | null =>
  approximate?.split("; ").find((reason) => reason.endsWith(expired)) ?? null;
