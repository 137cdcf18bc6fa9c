import type { Problem } from "../../kernel/problem.ts";
import type { PlanEntry } from "../plan/plan.ts";

/** Why an entry of a plan was not stopped. Closed: each link of the chain has its own. */
export type RefusalReason =
  | "not-in-plan"
  | "tampered"
  | "outdated"
  | "expired"
  | "observe"
  | "policy-unread"
  | "breaker"
  | "cap"
  | "disarmed"
  | "regretted"
  | "switch-unknown"
  | "protected"
  | "look-failed"
  | "busy-again"
  | "taken"
  | "state-unavailable";

/** What became of one entry of a plan. `problem` of one that was stopped: that could not be written down; the next pass does it. */
export type EntryOutcome =
  | { readonly kind: "stopped"; readonly entry: PlanEntry; readonly problem: Problem | null }
  /** It ended by itself, or somebody else stopped it. */
  | { readonly kind: "already-gone"; readonly entry: PlanEntry; readonly problem: Problem | null }
  | { readonly kind: "refused"; readonly entry: PlanEntry; readonly reason: RefusalReason; readonly message: string }
  | { readonly kind: "failed"; readonly entry: PlanEntry; readonly message: string };
