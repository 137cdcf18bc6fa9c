import type { Labels } from "../attribution/attribution.ts";
import type { AccountId, InterpreterId, Region } from "../kernel/ids.ts";
import { sumUsd, type Usd, zeroUsd } from "../kernel/money.ts";
import type { Budget } from "./budget.ts";
import type { Spend } from "./spend.ts";

/** What one session cost within a window, and whose it is. */
export interface SessionSpend {
  readonly account: AccountId;
  readonly region: Region;
  readonly interpreter: InterpreterId;
  readonly labels: Labels;
  /** Null where the session is bounded or unpriced. */
  readonly usd: Usd | null;
  /** Bounds where there is no figure; null where the Region has no price. */
  readonly lowUsd: Usd | null;
  readonly highUsd: Usd | null;
}

/**
 * Spend for each value that a budget is kept for: one, or each that occurs and each of `alsoFor`, which are those that had
 * an alert before and may have no session any more. `complete` is false where sessions of the window may be missing.
 */
export function spendByValue(
  budget: Budget,
  sessions: readonly SessionSpend[],
  complete: boolean,
  alsoFor: readonly (string | null)[],
): ReadonlyMap<string | null, Spend> {
  const { by, value } = budget;
  const groups: ReadonlyMap<string | null, readonly SessionSpend[]> =
    by === null ? new Map([[null, sessions]]) : Map.groupBy(sessions, (session) => valueIn(session, by));
  const values = by === null ? [null] : value !== null ? [value] : [...new Set([...groups.keys(), ...alsoFor])];
  return new Map(values.map((name) => [name, spendOf(groups.get(name) ?? [], complete)]));
}

/** A label that no rule knows any more is the value of no budget. */
function valueIn(session: SessionSpend, by: string): string | null {
  if (by === "account" || by === "region" || by === "interpreter") return session[by];
  return Object.hasOwn(session.labels, by) ? (session.labels[by] ?? null) : null;
}

function spendOf(sessions: readonly SessionSpend[], complete: boolean): Spend {
  const known = sumUsd(sessions.map((session) => session.usd ?? zeroUsd));
  const unknown = sessions.filter((session) => session.usd === null);
  const highs = unknown.flatMap((session) => session.highUsd ?? []);
  return {
    known,
    low: sumUsd([known, ...unknown.flatMap((session) => session.lowUsd ?? [])]),
    high: complete && highs.length === unknown.length ? sumUsd([known, ...highs]) : null,
    sessions: sessions.length,
    unknownSessions: unknown.length,
  };
}
