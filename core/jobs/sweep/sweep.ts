import { type Decided, makePlan } from "../../cleanup/plan/make-plan.ts";
import type { Plan } from "../../cleanup/plan/plan.ts";
import type { EntryOutcome } from "../../cleanup/stop/stop-outcome.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { decideTarget } from "./evidence/decide-target.ts";
import { applyPlan } from "./stop/apply-plan.ts";
import { withProtections } from "./stop/read-in-force.ts";
import { finishStops } from "./stop/stop-finish.ts";
import { targetStopPorts } from "./stop/target-stop-ports.ts";
import { storePlan } from "./stored/stored-plans.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "./sweep-ports.ts";

export interface TargetSweep {
  readonly target: Target;
  readonly decided: readonly Decided[];
  /** Null where there is nothing to stop, or nothing could be decided. */
  readonly plan: Plan | null;
  readonly postponed: readonly Decided[];
  /** Stops of runs that were killed, whose outcome was found out now. */
  readonly finished: readonly StopRecord[];
  /** Empty where nothing was to be applied. */
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
}

/**
 * One pass of clean-up over one target: finishes what a killed run began, looks, decides, plans, and where it may act, stops what it
 * planned. A state that cannot be read or written is a problem, and nothing is stopped then. Throws only when `signal` is aborted.
 */
export const sweep =
  (ports: SweepPorts) =>
  async (now: Instant, input: SweepInput, found: SweptTarget, signal: AbortSignal): Promise<TargetSweep> => {
    const { target } = found;
    let done: TargetSweep = { ...nothing, target };
    try {
      done = { ...done, finished: await finishStops(ports, target, signal) };
      const policies = await withProtections(ports, input.policies);
      const decided = await decideTarget(ports, now, { ...input, policies }, found, signal);
      const { plan, postponed } = makePlan(decided, input, ports.sha256, now);
      done = { ...done, decided, postponed };
      if (plan.entries.length === 0) return done;
      if (!input.act) {
        // One that is applied at once is in the records of its stops.
        await storePlan(ports.documents, plan);
        return { ...done, plan };
      }
      await ports.onPlanned?.(plan, signal);
      const applied = { policies, barred: input.barred, liveIn: () => found.readySessions };
      const outcomes = await applyPlan(
        targetStopPorts(ports, input, { listedAt: now, ...found }),
        applied,
        plan,
        plan,
        signal,
      );
      return { ...done, plan, outcomes };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return { ...done, problems: [{ code: "StateUnavailable", message: error.message }] };
    }
  };

const nothing: Omit<TargetSweep, "target"> = {
  decided: [],
  plan: null,
  postponed: [],
  finished: [],
  outcomes: [],
  problems: [],
};
