import type { SessionCost } from "../../billing/session-cost.ts";
import type { Interpreter, InterpreterDetail } from "../../inventory/interpreter.ts";
import type { Session } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { QuotaUse } from "../../quota/use.ts";

/** One interpreter with its live sessions; `readySessions` is null where its listing is not complete. */
export interface ScannedInterpreter extends Interpreter {
  /** Null where details were not asked for. */
  readonly detail: InterpreterDetail | null;
  readonly readySessions: number | null;
}

export interface ScannedSession extends Session {
  readonly cost: SessionCost;
}

/**
 * What one pass learned of one target.
 * `ok`: all was read. `partial`: something is missing, `problems` says what. `failed`: nothing could be listed.
 * `skipped`: the Region is not enabled for the account, which is no failure.
 */
export interface TargetScan {
  readonly target: Target;
  readonly status: "ok" | "partial" | "failed" | "skipped";
  readonly problems: readonly Problem[];
  /** Null where the listing of interpreters failed. */
  readonly interpreters: readonly ScannedInterpreter[] | null;
  /** False where interpreters may be missing from the list, so that their number is unknown. */
  readonly interpretersComplete: boolean;
  /** Every live session that was read, also where others are missing. */
  readonly sessions: readonly ScannedSession[];
  /** Null where a listing is not complete: then `sessions.length` is a lower bound, not a count. Counts the one interpreter that was asked for, where one was. */
  readonly readySessions: number | null;
  readonly quotas: readonly QuotaUse[];
}

export interface ScanOutcome {
  readonly asOf: Instant;
  /** True where every target is `ok` or `skipped`. */
  readonly complete: boolean;
  readonly targets: readonly TargetScan[];
  /** What is worth knowing of the pass as a whole and makes nothing unknown, for example a clock that is off. */
  readonly notes: readonly Problem[];
}
