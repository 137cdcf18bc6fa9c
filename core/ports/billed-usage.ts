import type { Target } from "../inventory/target.ts";
import type { AccountId, Region } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Usd } from "../kernel/money.ts";
import type { Problem } from "../kernel/problem.ts";

/** What an account was billed for one meter on one day of UTC in one Region; several of them add up. */
export interface BilledLine extends Target {
  readonly dayAt: Instant;
  readonly meter: "vCPU" | "Memory";
  /** vCPU-hours or GB-hours, a fraction like money. */
  readonly hours: Usd;
  readonly usd: Usd;
}

/** What of the service's bill is no usage of the kind of sandbox: told, and in no figure. */
export interface SetAside {
  /** The usage type, such as `USE1-Runtime:Consumption-based:vCPU`, or the kind of charge, such as `Credit`: the bill's text. */
  readonly what: string;
  readonly usd: Usd;
}

/** Where and when usage is billed that could not be read; null where the bill does not tell, so that it may be any. */
export interface UnusableUsage {
  readonly account: AccountId | null;
  readonly region: Region | null;
  readonly dayAt: Instant | null;
}

/** A bill, or what of it could be read. */
export interface BilledUsage {
  readonly source: "cost-explorer" | "cur2" | "focus";
  readonly lines: readonly BilledLine[];
  readonly setAside: readonly SetAside[];
  /** Of these days and places it says more than `lines`, and how much more is unknown, never zero. */
  readonly unusable: readonly UnusableUsage[];
  /** Usage before it is on the bill; what came later is unknown, and never zero. */
  readonly knownUntil: Instant;
  /** Days before that of which the answer says nothing all the same. */
  readonly missingDays: readonly Instant[];
  /** Accounts whose bill this is. Of any other nothing is known. */
  readonly accounts: ReadonlySet<AccountId>;
  /** Places that its figures are rounded to; null where it has all digits. */
  readonly decimals: number | null;
  /** Whether AWS may still change it. */
  readonly estimated: boolean;
  /** What asking for it took; null where it was a file. */
  readonly requests: { readonly count: number; readonly usd: Usd } | null;
  readonly problems: readonly Problem[];
}

export interface BilledWindow {
  /** Whole days of UTC, within one month. */
  readonly from: Instant;
  readonly until: Instant;
  readonly now: Instant;
  /** Null: all that the bill knows. */
  readonly accounts: readonly AccountId[] | null;
}

/** Rejects where there is no bill to read at all. */
export type ReadBilledUsage = (window: BilledWindow, signal: AbortSignal) => Promise<BilledUsage>;
