import type { Instant } from "../kernel/instant.ts";

/** A month that was closed, with what its reports said at that moment. */
export interface MonthClose {
  /** `2026-11`, in UTC. */
  readonly month: string;
  readonly closedAt: Instant;
  /** The frozen totals, as the report that closed the month lays them out: JSON. */
  readonly snapshot: string;
}

/**
 * Which months are closed. A bill written or restated after `closedAt` (its `asOf` says so) is an adjustment of the month,
 * not a part of it; the rows that a restatement replaced are in history's audit.
 */
export interface CloseBook {
  readonly closed: (month: string) => Promise<MonthClose | null>;
  /** A month is closed once: the first close stands, whatever a later one says. */
  readonly close: (close: MonthClose) => Promise<"closed" | "closed-before">;
}
