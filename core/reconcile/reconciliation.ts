import type { Target } from "../inventory/target.ts";
import type { InterpreterId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { Usd } from "../kernel/money.ts";
import type { BilledUsage } from "../ports/billed-usage.ts";
import type { Located } from "../ports/usage-source.ts";
import type { Band, Comparison, ComparisonState } from "./compare.ts";

export interface Compared {
  readonly vcpuHours: Comparison;
  readonly gbHours: Comparison;
  readonly usd: Comparison;
}

/** Amounts of the same three; dollars are null where there is no price. */
export interface Amounts {
  readonly vcpuHours: Usd;
  readonly gbHours: Usd;
  readonly usd: Usd | null;
}

/**
 * `unread`: the bill has it and the ledger does not. `not-on-bill`: the ledger has it, and nothing is known of the bill of that
 * account. `in-doubt`: the bill has usage there that could not be read. None is a difference: one side is unknown.
 */
export type PlaceState = Exclude<ComparisonState, "unpriced"> | "unread" | "not-on-bill" | "in-doubt";

/** Why the bill may be another than what the ledger has. */
export interface Explanation {
  readonly reason:
    | "price"
    | "sessions-without-figure"
    | "gaps"
    | "recording-began"
    | "approximate"
    | "provisional"
    | "late-records";
  /** Of sessions, or of late records; null where it is not of some of them. */
  readonly count: number | null;
  /** What it makes of the difference, at least and at most; null where nobody knows how much. */
  readonly low: Amounts | null;
  readonly high: Amounts | null;
}

/** What an hour costs: by the price book, and by what was billed for how much; null where there is none. */
export interface HourPrice {
  readonly book: Usd | null;
  readonly billed: Usd | null;
}

interface UnreadInterpreter {
  readonly interpreter: InterpreterId;
  readonly sessions: number;
  /** What was last found of its usage logs; null where nothing is remembered of them, as of an interpreter that is long gone. */
  readonly usageLogs: UsageLogs | null;
}

export type UsageLogs = "found" | Extract<Located, { kind: "none" }>["reason"];

/** One account in one Region, over the days that both sides know. */
export interface PlaceComparison extends Target, Compared {
  readonly state: PlaceState;
  readonly comparedDays: number;
  /** Whether the figures of the ledger are known: on the days that are compared, or on those in doubt where there are no others. */
  readonly isMetered: boolean;
  /** Days on which the bill has usage that could not be read: at least `doubtfulBilled` is billed on them, and maybe more. */
  readonly doubtfulDays: number;
  readonly doubtfulBilled: Amounts;
  /** What is billed on days that the ledger does not know. */
  readonly unreadDays: number;
  readonly unreadBilled: Amounts;
  readonly prices: { readonly vcpuHour: HourPrice; readonly gbHour: HourPrice };
  readonly sessions: { readonly rated: number; readonly allocated: number; readonly bounded: number };
  /** Interpreters that have sessions without a figure. */
  readonly unreadInterpreters: readonly UnreadInterpreter[];
  readonly explanations: readonly Explanation[];
  /** What no explanation reaches. */
  readonly rest: Amounts;
  /** Whether that is within the band, though the difference is not. */
  readonly isExplained: boolean;
  readonly days: readonly DayComparison[];
}

export interface DayComparison extends Compared {
  readonly dayAt: Instant;
  /** Whether the ledger knows it. */
  readonly isRead: boolean;
  readonly state: PlaceState;
}

export interface Reconciliation {
  readonly from: Instant;
  readonly until: Instant;
  readonly now: Instant;
  readonly band: Band;
  readonly bill: BilledUsage;
  /** Days of the window that have begun and that the bill does not have yet. */
  readonly daysNotBilled: readonly Instant[];
  /** Days before those of which the bill says nothing, and the ledger has something. */
  readonly daysMissing: readonly Instant[];
  /** By account, then Region. */
  readonly places: readonly PlaceComparison[];
}
