import { type Decided, makePlan } from "../../cleanup/plan/make-plan.ts";
import type { Plan } from "../../cleanup/plan/plan.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import { decideTarget } from "./evidence/decide-target.ts";
import { withProtections } from "./stop/read-in-force.ts";
import { storePlan } from "./stored/stored-plans.ts";
import { rememberRules } from "./stored/stored-rules.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "./sweep-ports.ts";

export interface PlannedTargets {
  readonly targets: readonly {
    readonly target: Target;
    readonly decided: readonly Decided[];
    readonly problems: readonly Problem[];
  }[];
  readonly plan: Plan;
  readonly postponed: readonly Decided[];
  /** Of the plan as a whole: that it could not be kept, so that it cannot be applied. */
  readonly problems: readonly Problem[];
}

/**
 * Decides about all sessions of some targets, and plans in one plan what would be stopped; nothing is. With `keep` the plan is kept, so that
 * it can be applied. Throws only when `signal` is aborted.
 */
export const planTargets =
  (ports: SweepPorts) =>
  async (
    now: Instant,
    input: SweepInput,
    found: readonly SweptTarget[],
    keep: boolean,
    signal: AbortSignal,
  ): Promise<PlannedTargets> => {
    const targets = [];
    for (const one of found) targets.push(await decideOne(ports, now, input, one, signal));
    const all = targets.flatMap(({ decided }) => decided);
    const { plan, postponed } = makePlan(all, input, ports.sha256, now);
    const problems = keep && plan.entries.length > 0 ? await kept(ports, input, plan, now) : [];
    return { targets, plan, postponed, problems };
  };

async function decideOne(
  ports: SweepPorts,
  now: Instant,
  input: SweepInput,
  found: SweptTarget,
  signal: AbortSignal,
): Promise<PlannedTargets["targets"][number]> {
  const { target } = found;
  try {
    const policies = await withProtections(ports, input.policies);
    return { target, decided: await decideTarget(ports, now, { ...input, policies }, found, signal), problems: [] };
  } catch (error) {
    return { target, decided: [], problems: [stateProblem(error)] };
  }
}

async function kept(ports: SweepPorts, input: SweepInput, plan: Plan, now: Instant): Promise<readonly Problem[]> {
  try {
    await rememberRules(ports.documents, input, now);
    await storePlan(ports.documents, plan);
    return [];
  } catch (error) {
    return [stateProblem(error)];
  }
}

function stateProblem(error: unknown): Problem {
  if (!(error instanceof RegistryError)) throw error;
  return { code: "StateUnavailable", message: error.message };
}
