import type { GbUnit } from "../../billing/gigabyte.ts";
import type { UsageColumns } from "../../billing/usage-columns.ts";
import type { Session } from "../../inventory/session.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { DecisionReason } from "../decision/decision.ts";
import type { CountedMinute } from "../evidence/call-evidence.ts";
import type { Span } from "../evidence/evidence.ts";
import type { IdlePrices, UsdBounds } from "../savings/savings-rate.ts";

/** A call that was recorded. It was in flight for sure from `surelyFrom` to `at`, and maybe in all of [from, until). */
export interface PastCall {
  readonly from: Instant;
  readonly until: Instant;
  readonly surelyFrom: Instant;
  /** When it was complete, or the one moment of it that a log tells: it is known a while after. */
  readonly at: Instant;
}

/** Calls as they were recorded. `none`: nothing was recorded, so that calls without CPU are not seen. */
export type PastCalls =
  | {
      readonly kind: "session";
      readonly window: Span;
      readonly calls: readonly PastCall[];
      /** Some may be missing: those that are there prove work, and that there is none proves nothing. */
      readonly mayMiss?: boolean;
    }
  | { readonly kind: "interpreter"; readonly window: Span; readonly minutes: readonly CountedMinute[] }
  | { readonly kind: "none" };

/** When a session ended: it lived until `earliest` for sure, and maybe until `latest`; null: until its time limit at most. */
export interface PastEnd {
  readonly earliest: Instant;
  readonly latest: Instant | null;
}

export interface PastSession {
  /** As a listing had it while it lived; without a time limit where nobody knows it. */
  readonly session: Session;
  readonly end: PastEnd;
  /** Records are missing right after its last one, so that this need not have been its end. */
  readonly mayGoOn?: boolean;
  /** Null: its interpreter has no usage logs at all. */
  readonly usage: UsageColumns | null;
  /** Whether its first records are among them: else a higher level of memory may lie before. */
  readonly isWhole: boolean;
  readonly calls: PastCalls;
}

/** When a record could first be read. */
export interface TelemetryLag {
  /** Interpreters whose records came only once a session had ended. */
  readonly atTeardown: "none" | "all" | ReadonlySet<string>;
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface BacktestSettings extends IdlePrices {
  readonly gb: GbUnit;
  readonly idleVcpu: number;
  readonly lag: TelemetryLag;
  readonly sweepEveryMs: number;
  /** What was recorded: sweeps begin with it, and what came after it is not known. */
  readonly window: Span;
}

/**
 * What a would-be stop goes by. `proved`: CPU and calls, as a sweep would have. `cpu-alone`: nothing was recorded of calls, so that no sweep
 * would have stopped it by this. `busy-by-choice`: `maxAgeStopsBusy`, outside of the guarantee.
 */
export type StopBasis = "proved" | "cpu-alone" | "busy-by-choice";

export interface WouldBeStop {
  readonly kind: "stop";
  readonly basis: StopBasis;
  readonly reason: DecisionReason;
  readonly policy: string;
  readonly at: Instant;
  readonly horizon: Instant | null;
  /** `false`: it worked again. `right`: it did not, and all of it is recorded. `unverified`: that cannot be told. */
  readonly verdict: "false" | "right" | "unverified";
  /** It worked between the horizon and the stop. */
  readonly isRace: boolean;
  /** What was left of its life, at its memory's rate; null where the Region has no price. */
  readonly usd: UsdBounds | null;
  readonly freedMs: { readonly low: number; readonly high: number };
}

/** `not-swept`: it lived between two sweeps. */
export type KeptReason = DecisionReason | "not-swept";

interface Kept {
  readonly kind: "kept";
  readonly reason: KeptReason;
}

export type Replayed = WouldBeStop | Kept;
