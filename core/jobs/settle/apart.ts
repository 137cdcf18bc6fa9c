import { startOfDay } from "../../kernel/calendar.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { LedgerSession } from "../../ports/ledger.ts";
import { RegistryError } from "../../ports/registry-error.ts";

/** What was closed, and why the rest could not be. */
export interface Closed {
  readonly closed: readonly LedgerSession[];
  readonly problems: readonly Problem[];
}

/** To find one session of five thousand takes 26. */
const splitsAtMost = 64;

/**
 * Closes sessions together; where a store refuses them for what is in them, or for what it has of one day, apart: those of other
 * days, and the others of the day. Each pass tells those that are left, and tries them again. Throws where the store as a
 * whole cannot be written.
 */
export async function closeApart(
  sessions: readonly LedgerSession[],
  close: (some: readonly LedgerSession[]) => Promise<readonly LedgerSession[]>,
): Promise<Closed> {
  const closed: LedgerSession[] = [];
  const problems: Problem[] = [];
  let splits = 0;
  const attempt = async (some: readonly LedgerSession[], isOfOneDay: boolean): Promise<void> => {
    try {
      closed.push(...(await close(some)));
    } catch (error) {
      if (!(error instanceof RegistryError) || error.retryable || error.code === "denied") throw error;
      const days = isOfOneDay ? [] : [...Map.groupBy(some, daysOf).values()];
      const isOfOne = error.code === "too-large" && some.length > 1 && splits < splitsAtMost;
      splits += 1;
      if (days.length > 1) for (const day of days) await attempt(day, true);
      else if (isOfOne) for (const half of halvesOf(some)) await attempt(half, true);
      else problems.push(notClosed(some, error));
    }
  };
  if (sessions.length > 0) await attempt(sessions, false);
  return { closed, problems };
}

/** A bill is in the file of each day that it has an hour in. */
const daysOf = ({ bill: { charges, createdAt, endedAt, asOf } }: LedgerSession): string =>
  [
    ...new Set(
      (charges.length > 0 ? charges.map(({ hourAt }) => hourAt) : [createdAt ?? endedAt ?? asOf]).map(startOfDay),
    ),
  ].join();

function halvesOf<T>(some: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(some.length / 2);
  return [some.slice(0, middle), some.slice(middle)];
}

function notClosed(some: readonly LedgerSession[], error: RegistryError): Problem {
  const named = some.slice(0, 3).map(({ bill }) => bill.session);
  const more = some.length > named.length ? ` and ${some.length - named.length} others` : "";
  return {
    code: "NotClosed",
    message: `the final bills of ${named.join(", ")}${more} could not be kept, and each pass tries again: ${error.message}`,
  };
}
