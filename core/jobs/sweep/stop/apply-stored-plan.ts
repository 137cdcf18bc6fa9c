import type { Plan } from "../../../cleanup/plan/plan.ts";
import type { EntryOutcome } from "../../../cleanup/stop/stop-outcome.ts";
import { targetKey } from "../../../inventory/target.ts";
import type { Problem } from "../../../kernel/problem.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord } from "../../../ports/stops.ts";
import { storedPlan } from "../stored/stored-plans.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../sweep-ports.ts";
import { type ApplyInput, applyPlan, judgeEntries } from "./apply-plan.ts";
import { finishStops } from "./stop-finish.ts";
import { targetStopPorts } from "./target-stop-ports.ts";

export interface Applied {
  readonly finished: readonly StopRecord[];
  /** Of the plan's entries in this target, in its order. Empty where there is a problem. */
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
}

/**
 * Applies those entries of a plan that are in one target, by the chain: what is stopped is what was planned and kept, whatever the
 * file says that it came in. Throws only when `signal` is aborted.
 */
export const applyStoredPlan =
  (ports: SweepPorts) =>
  async (input: SweepInput, found: SweptTarget, plan: Plan, signal: AbortSignal): Promise<Applied> => {
    try {
      const finished = await finishStops(ports, found.target, signal);
      const stored = await storedPlan(ports.documents, plan.id);
      if (stored === null) return refused(finished, unknownPlan(plan.id));
      const entries = plan.entries.filter(({ key }) => targetKey(key) === targetKey(found.target));
      const { policies, barred } = input;
      const applied = { policies, barred, liveIn: () => found.readySessions, onOutcome: ports.onOutcome };
      const links = targetStopPorts(ports, input, found);
      await tellSound(ports, applied, { ...plan, entries }, stored, signal);
      return {
        finished,
        outcomes: await applyPlan(links, applied, { ...plan, entries }, stored, signal),
        problems: [],
      };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      return refused([], { code: "StateUnavailable", message: error.message });
    }
  };

/** Of what may not go on to the chain nobody needs to hear that it is stopped. */
async function tellSound(
  { onPlanned, sha256, clock }: Pick<SweepPorts, "onPlanned" | "sha256" | "clock">,
  applied: ApplyInput,
  plan: Plan,
  stored: Plan,
  signal: AbortSignal,
): Promise<void> {
  const judged = judgeEntries({ sha256 }, applied, plan, stored, clock.now());
  const entries = judged.flatMap((it) => (it.kind === "sound" ? [it.entry] : []));
  if (entries.length > 0) await onPlanned?.({ ...stored, entries }, signal);
}

const refused = (finished: readonly StopRecord[], problem: Problem): Applied => ({
  finished,
  outcomes: [],
  problems: [problem],
});

const unknownPlan = (id: string): Problem => ({
  code: "PlanUnknown",
  message: `This state has no plan ${JSON.stringify(id)}: apply a plan with the state that it was made with, or make a new one.`,
});
