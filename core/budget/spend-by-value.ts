import type { Labels } from "../attribution/attribution.ts";
import type { AccountId, InterpreterId, Region } from "../kernel/ids.ts";
import { sumUsd } from "../kernel/money.ts";
import type { Budget } from "./budget.ts";
import type { Spend } from "./spend.ts";

/** What sessions of one interpreter and with the same labels cost within a window: one of them or many. */
export interface SpendPart {
  readonly account: AccountId;
  readonly region: Region;
  readonly interpreter: InterpreterId;
  readonly labels: Labels;
  readonly spend: Spend;
}

/**
 * Spend for each value that a budget is kept for: one, or each that occurs and each of `alsoFor`, which are those that had
 * an alert before and may have no session any more. `complete` is false where sessions of the window may be missing.
 */
export function spendByValue(
  budget: Budget,
  parts: readonly SpendPart[],
  complete: boolean,
  alsoFor: readonly (string | null)[],
): ReadonlyMap<string | null, Spend> {
  const { by, value } = budget;
  const groups: ReadonlyMap<string | null, readonly SpendPart[]> =
    by === null ? new Map([[null, parts]]) : Map.groupBy(parts, (part) => valueIn(part, by));
  const values = by === null ? [null] : value !== null ? [value] : [...new Set([...groups.keys(), ...alsoFor])];
  return new Map(values.map((name) => [name, totalOf(groups.get(name) ?? [], complete)]));
}

/** A label that no rule knows any more is the value of no budget. */
function valueIn(part: SpendPart, by: string): string | null {
  if (by === "account" || by === "region" || by === "interpreter") return part[by];
  return Object.hasOwn(part.labels, by) ? (part.labels[by] ?? null) : null;
}

function totalOf(parts: readonly SpendPart[], complete: boolean): Spend {
  const spends = parts.map((part) => part.spend);
  const highs = spends.flatMap(({ high }) => high ?? []);
  return {
    known: sumUsd(spends.map(({ known }) => known)),
    low: sumUsd(spends.map(({ low }) => low)),
    high: complete && highs.length === spends.length ? sumUsd(highs) : null,
    sessions: spends.reduce((sum, { sessions }) => sum + sessions, 0),
    unknownSessions: spends.reduce((sum, { unknownSessions }) => sum + unknownSessions, 0),
  };
}
