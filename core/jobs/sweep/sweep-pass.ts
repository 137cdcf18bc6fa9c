import { asTheyAct } from "../../cleanup/regret/verdict.ts";
import { reportedSwitch } from "../../cleanup/stop/switch-standing.ts";
import { type Target, targetKey } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { EventDelivery } from "../observe/outcome.ts";
import { findRunaways } from "./evidence/find-runaways.ts";
import { planTargets } from "./plan-targets.ts";
import { aftermathPass } from "./regret/aftermath-pass.ts";
import { regretPass } from "./regret/regret-pass.ts";
import { finishStops } from "./stop/stop-finish.ts";
import { rememberRules } from "./stored/stored-rules.ts";
import { sweep } from "./sweep.ts";
import type { SweepPassInput, SweepPassOutcome, SweepPassPorts, SweptPass } from "./sweep-pass-ports.ts";
import type { SweepInput, SweptTarget } from "./sweep-ports.ts";
import { happenings, plannedEvents } from "./tell/happenings.ts";
import { tellCleanup } from "./tell/tell-cleanup.ts";
import { turnsOf } from "./turns-of-targets.ts";

/**
 * One pass of clean-up over some targets. It finishes what killed runs began. It stops only where the switch is armed, a policy enforces and was not regretted too often; else it plans, and tells. Plans of a
 * pass that only observes are not kept: the next pass makes another. Throws only when `signal` is aborted.
 */
export const sweepPass =
  (ports: SweepPassPorts) =>
  async (
    now: Instant,
    given: SweepPassInput,
    found: readonly SweptTarget[],
    signal: AbortSignal,
  ): Promise<SweepPassOutcome> => {
    const position = await ports.readSwitch(signal);
    const places = found.map(({ target }) => target);
    // First, as a stop that must not have been counts against its policy.
    const {
      wrongStops,
      problems: unjudged,
      ...aftermath
    } = await aftermathPass(ports, now, given.invocationStamp, places, signal);
    const judged = await regretPass(ports, now, given, places, position, signal);
    const input = { ...given, barred: judged.policies };
    const enforces = asTheyAct(input.policies.policies, input.barred).some(({ mode }) => mode === "enforce");
    const { killSwitch, barred, policies } = judged;
    const { policyChanges = [], policiesUnread = null } = given;
    const acts = killSwitch.state === "armed" && enforces && judged.mayStop && policiesUnread === null;
    const problems: Problem[] = [
      ...(policiesUnread === null ? [] : [policiesUnread]),
      ...(killSwitch.state === "unknown" ? [killSwitch.problem] : []),
      ...unjudged,
      ...judged.problems,
    ];
    // Whoever is told hears of a stop before it is made.
    const early: EventDelivery[] = [];
    const telling: SweepPassPorts = {
      ...ports,
      onPlanned: async ({ id, entries }, until) => {
        const planned = plannedEvents(now, input, id, entries);
        const told = await tellCleanup(ports)(now, planned, input.publish, until);
        early.push(...told.events);
        problems.push(...told.problems);
      },
    };
    const swept = acts
      ? await stopIn(telling, now, input, found, problems, signal)
      : await observeIn(ports, now, input, found, signal);
    const targets = swept.map((one): SweptPass => {
      const runaways = findRunaways(one.decided, input.costOf, input.runaway, now);
      return { ...one, runaways };
    });
    const happened = await happenings(ports, now, input, { ...judged, wrongStops, targets });
    const told = await tellCleanup(ports)(now, happened.events, input.publish, signal);
    return {
      asOf: now,
      mode: acts ? "enforce" : "observe",
      ...reportedSwitch({ position: killSwitch, barred, policies }),
      policyChanges,
      targets,
      aftermath,
      events: [...early, ...told.events],
      problems: [...problems, ...happened.problems, ...told.problems],
    };
  };

async function stopIn(
  ports: SweepPassPorts,
  now: Instant,
  input: BarredPassInput,
  found: readonly SweptTarget[],
  problems: Problem[],
  signal: AbortSignal,
): Promise<readonly Swept[]> {
  try {
    // Before anything is stopped by them, so that each stop can be explained.
    await rememberRules(ports.documents, input, now);
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    problems.push({ code: "StateUnavailable", message: error.message });
    return [];
  }
  const targets = new Map<SweptTarget, Swept>();
  for (const one of turnsOf(found, ports.sha256, now)) {
    const { target, decided, plan, postponed, ...done } = await sweep(ports)(now, { ...input, act: true }, one, signal);
    targets.set(one, {
      target,
      decided,
      plan: plan?.id ?? null,
      planned: plan?.entries ?? [],
      postponed: postponed.length,
      ...done,
    });
  }
  return found.flatMap((one) => targets.get(one) ?? []);
}

async function observeIn(
  ports: SweepPassPorts,
  now: Instant,
  input: BarredPassInput,
  found: readonly SweptTarget[],
  signal: AbortSignal,
): Promise<readonly Swept[]> {
  const { targets, plan, postponed } = await planTargets(ports)(now, { ...input, act: false }, found, false, signal);
  const ended = new Map<string, Finished>();
  for (const { target } of found) ended.set(targetKey(target), await finishIn(ports, target, signal));
  const planned = Map.groupBy(plan.entries, ({ key }) => targetKey(key));
  const later = Map.groupBy(postponed, ({ facts }) => targetKey(facts.session.target));
  return targets.map(({ target, decided, problems }) => ({
    target,
    decided,
    plan: null,
    planned: planned.get(targetKey(target)) ?? [],
    postponed: later.get(targetKey(target))?.length ?? 0,
    outcomes: [],
    finished: ended.get(targetKey(target))?.finished ?? [],
    problems: [...(ended.get(targetKey(target))?.problems ?? []), ...problems],
  }));
}

type BarredPassInput = SweepPassInput & Pick<SweepInput, "barred">;
type Swept = Omit<SweptPass, "runaways">;
type Finished = Pick<SweptPass, "finished" | "problems">;

/** What was sent was sent, whoever has disarmed since. */
async function finishIn(ports: SweepPassPorts, target: Target, signal: AbortSignal): Promise<Finished> {
  try {
    return { finished: await finishStops(ports, target, signal), problems: [] };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { finished: [], problems: [{ code: "StateUnavailable", message: error.message }] };
  }
}
