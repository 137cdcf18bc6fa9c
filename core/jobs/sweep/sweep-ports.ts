import type { DecideSettings } from "../../cleanup/decision/decide.ts";
import type { Plan } from "../../cleanup/plan/plan.ts";
import type { PolicySet } from "../../cleanup/policy/policy.ts";
import type { RunawayLimits } from "../../cleanup/runaway.ts";
import type { EntryOutcome } from "../../cleanup/stop/stop-outcome.ts";
import type { BarredPolicy } from "../../cleanup/stop/switch-standing.ts";
import type { Session } from "../../inventory/session.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId } from "../../kernel/ids.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Documents } from "../../ports/documents.ts";
import type { KillSwitchStore } from "../../ports/kill-switch.ts";
import type { ReadPolicies } from "../../ports/policies.ts";
import type { EvidencePorts } from "./evidence/evidence-ports.ts";
import type { StopCap } from "./stop/stop-cap.ts";
import type { StopPorts } from "./stop/stop-ports.ts";

export interface SweepPorts
  extends EvidencePorts,
    Pick<StopPorts, "clock" | "getSession" | "stopSession" | "records" | "sha256"> {
  readonly documents: Documents;
  /** How it was set; what bars stops all the same is in the documents. */
  readonly readSwitch: KillSwitchStore["read"];
  /** Asked before each stop; where there is none, those of the input hold for the whole run, as in a deployment. */
  readonly readPolicies?: ReadPolicies;
  /** Those that a person made beside the policies'. Throws `RegistryError`. */
  readonly readProtections: () => Promise<PolicySet["protections"]>;
  /** Hears of a plan before anything of it is stopped. Throws only when `signal` is aborted. */
  readonly onPlanned?: (plan: Plan, signal: AbortSignal) => Promise<void>;
  /** Hears what became of each session that was to be stopped, as it happens. */
  readonly onOutcome?: (outcome: EntryOutcome) => void;
}

export interface SweepInput extends DecideSettings {
  /** Within the administrator's bounds. */
  readonly policies: PolicySet;
  /** Policies that stop nothing though they enforce: known before a plan is made, and asked again before each stop. */
  readonly barred: readonly BarredPolicy[];
  readonly cap: StopCap;
  readonly planLifetimeMs: number;
  readonly looksAtMost: number;
  /** Where runaways are told: sessions that need no decision are looked at too, with what looks are left. */
  readonly runaway?: Pick<RunawayLimits, "hotForMs">;
  /** False: a plan is made, kept and told, and nothing is stopped, whatever policies say. */
  readonly act: boolean;
}

/** What a scan found in one target. */
export interface SweptTarget {
  readonly target: Target;
  /** Absent: at the moment of the pass. */
  readonly listedAt?: Instant;
  readonly interpreters: readonly { readonly id: InterpreterId; readonly arn: string }[];
  readonly sessions: readonly Session[];
  /** Null where not all live sessions are known. */
  readonly readySessions: number | null;
}
