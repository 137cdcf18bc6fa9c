import type { Decided } from "../../cleanup/plan/make-plan.ts";
import type { PlanEntry } from "../../cleanup/plan/plan.ts";
import type { RegretLimits } from "../../cleanup/regret/regret.ts";
import type { RunawayLimits } from "../../cleanup/runaway.ts";
import type { PassAftermath } from "../../cleanup/stop/aftermath-counts.ts";
import type { EntryOutcome } from "../../cleanup/stop/stop-outcome.ts";
import type { ReportedSwitch } from "../../cleanup/stop/switch-standing.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { SendEvents } from "../../ports/events.ts";
import type { StopRecord } from "../../ports/stops.ts";
import type { EventDelivery } from "../observe/outcome.ts";
import type { CostOf, FoundRunaways } from "./evidence/find-runaways.ts";
import type { AftermathPorts } from "./regret/aftermath-pass.ts";
import type { RegretPorts } from "./regret/regret-pass.ts";
import type { SweepInput, SweepPorts } from "./sweep-ports.ts";

export interface SweepPassPorts
  extends SweepPorts,
    Omit<RegretPorts, "records">,
    Pick<AftermathPorts, "readStoppedUsage"> {
  readonly sendEvents: SendEvents;
}

export interface SweepPassInput extends Omit<SweepInput, "act" | "barred"> {
  readonly runaway: RunawayLimits;
  readonly regret: RegretLimits;
  readonly costOf: CostOf;
  readonly publish: boolean;
  /** What the policies say otherwise than in the pass before, where they are read anew. */
  readonly policyChanges?: readonly string[];
  /** Why nobody knows what the policies say now: those of the input are the last that could be read, and nothing is stopped by them. */
  readonly policiesUnread?: Problem | null;
}

export interface SweepPassOutcome extends ReportedSwitch {
  readonly asOf: Instant;
  /** `enforce`: the switch is armed, a policy enforces, and whether one is regretted too often could be judged: it is not. */
  readonly mode: "observe" | "enforce";
  readonly targets: readonly SweptPass[];
  /** Of the stops by policies of the last 24 hours; null where not all of them could be read and none was found. */
  readonly aftermath: PassAftermath;
  readonly events: readonly EventDelivery[];
  /** What policies say otherwise than in the pass before. */
  readonly policyChanges: readonly string[];
  readonly problems: readonly Problem[];
}

export interface SweptPass {
  readonly target: Target;
  readonly decided: readonly Decided[];
  readonly runaways: FoundRunaways;
  /** The plan that stops are by; null where the pass only observes, or there is nothing to stop. */
  readonly plan: string | null;
  /** What is to be stopped by its policy. */
  readonly planned: readonly PlanEntry[];
  /** How many more there are, beyond what policies allow in one pass. */
  readonly postponed: number;
  readonly outcomes: readonly EntryOutcome[];
  readonly finished: readonly StopRecord[];
  readonly problems: readonly Problem[];
}
