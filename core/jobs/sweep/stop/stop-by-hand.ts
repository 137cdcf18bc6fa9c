import { type DecideSettings, decide } from "../../../cleanup/decision/decide.ts";
import type { Decision, SessionFacts } from "../../../cleanup/decision/decision.ts";
import { type Decided, makePlanByHand } from "../../../cleanup/plan/make-plan.ts";
import type { Plan } from "../../../cleanup/plan/plan.ts";
import { canBeOverridden, protectionOf } from "../../../cleanup/policy/protections.ts";
import type { EntryOutcome } from "../../../cleanup/stop/stop-outcome.ts";
import type { Session } from "../../../inventory/session.ts";
import { type Instant, plusMs } from "../../../kernel/instant.ts";
import type { Problem } from "../../../kernel/problem.ts";
import { RegistryError } from "../../../ports/registry-error.ts";
import type { StopRecord } from "../../../ports/stops.ts";
import { evidenceInputOf } from "../evidence/decide-target.ts";
import { gatherEvidence } from "../evidence/gather-evidence.ts";
import { rememberRules } from "../stored/stored-rules.ts";
import type { SweepInput, SweepPorts, SweptTarget } from "../sweep-ports.ts";
import { withProtections } from "./read-in-force.ts";
import { finishStops } from "./stop-finish.ts";
import { stopOne } from "./stop-one.ts";
import type { StopOverride, StopPorts } from "./stop-ports.ts";
import { targetStopPorts } from "./target-stop-ports.ts";
import { unlessInterrupted } from "./unless-interrupted.ts";

export interface HandStop {
  /** Of the target, in the order in which they are to be stopped. */
  readonly sessions: readonly Session[];
  readonly override: StopOverride;
}

export interface StoppedByHand {
  /** What would be stopped, with what is known of it; null where the state could not be used. */
  readonly plan: Plan | null;
  readonly decided: readonly Decided[];
  readonly finished: readonly StopRecord[];
  /** Empty where `input.act` is false; not of all where `signal` was aborted meanwhile. */
  readonly outcomes: readonly EntryOutcome[];
  readonly problems: readonly Problem[];
}

/**
 * Stops sessions because a person says so, whatever their policies say. The chain is the same: the switch, protections unless they are
 * overridden too, the cap of all runs, a look whether it lives, an intent. What could be seen of each is written down with it, and
 * bars nothing; no breaker counts, as it belongs to a policy. Throws only when `signal` is aborted before one session has come to its
 * outcome: who is interrupted later is told what was done by then.
 */
export const stopByHand =
  (ports: SweepPorts) =>
  async (
    now: Instant,
    input: SweepInput,
    found: SweptTarget,
    { sessions, override }: HandStop,
    signal: AbortSignal,
  ): Promise<StoppedByHand> => {
    try {
      const finished = await finishStops(ports, found.target, signal);
      const policies = await withProtections(ports, input.policies);
      const decided = await decideChosen(ports, now, { ...input, policies }, found, { sessions, override }, signal);
      const plan = makePlanByHand(decided, input.planLifetimeMs, ports.sha256, now);
      const problems = input.act ? await rulesProblems(ports, { ...input, policies }, now) : [];
      if (input.act && plan.entries.length > 0) await ports.onPlanned?.(plan, signal);
      const outcomes = input.act
        ? await stopEach(ports, targetStopPorts(ports, input, found), input, plan, override, signal)
        : [];
      return { plan, decided, finished, outcomes, problems };
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
      const problem = { code: "StateUnavailable", message: error.message };
      return { plan: null, decided: [], finished: [], outcomes: [], problems: [problem] };
    }
  };

/** Keeps by what was decided, so that each stop can be explained. Whoever has to stop something now is not kept from it by that. */
async function rulesProblems(
  { documents }: Pick<SweepPorts, "documents">,
  input: SweepInput,
  now: Instant,
): Promise<readonly Problem[]> {
  try {
    await rememberRules(documents, input, now);
    return [];
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    const message = `\`explain\` will not be able to decide again about what is stopped by hand now. ${error.message}`;
    return [{ code: "RulesNotKept", message }];
  }
}

/**
 * Who waits for hundreds of stops still means the last of them, so that each has its time from the end of the one before. A machine that slept
 * meanwhile does not go on: nobody waits for that any more.
 */
async function stopEach(
  { onOutcome }: Pick<SweepPorts, "onOutcome">,
  links: StopPorts,
  { planLifetimeMs }: SweepInput,
  plan: Plan,
  override: StopOverride,
  signal: AbortSignal,
): Promise<readonly EntryOutcome[]> {
  const outcomes: EntryOutcome[] = [];
  const lifetimeMs = Math.max(planLifetimeMs, leastLifetimeMs);
  let planExpiresAt = plusMs(links.clock.now(), lifetimeMs);
  for (const entry of plan.entries) {
    const order = { plan: plan.id, planMadeAt: plan.madeAt, planExpiresAt, entry };
    const running = stopOne(links, { ...order, limit: null, override }, signal);
    const outcome = await unlessInterrupted(running, signal, () => outcomes.length > 0);
    // No Stop was under way, so that this one is as it was.
    if (outcome === "interrupted") break;
    outcomes.push(outcome);
    onOutcome?.(outcome);
    const endedAt = links.clock.now();
    if (endedAt < planExpiresAt) planExpiresAt = plusMs(endedAt, lifetimeMs);
  }
  return outcomes;
}

/** One that is tried twice takes minutes. */
const leastLifetimeMs = 10 * 60_000;

async function decideChosen(
  ports: SweepPorts,
  now: Instant,
  input: SweepInput,
  found: SweptTarget,
  { sessions, override }: HandStop,
  signal: AbortSignal,
): Promise<readonly Decided[]> {
  const { protections } = input.policies;
  // What is overridden keeps nothing; of what something else keeps no look is taken, for whoever stops it waits for it.
  const inForce = override.protections ? protections.filter((it) => !canBeOverridden(it)) : protections;
  const policies = { ...input.policies, protections: inForce };
  const evidenceInput = evidenceInputOf({ ...input, policies }, found, () => null);
  const gathered = await gatherEvidence(ports, now, evidenceInput, found.target, sessions, signal);
  const facts = gathered.facts.map((it) => ({ ...it, protection: protectionOf(protections, it.session, now) }));
  return facts.map((it) => ({
    facts: it,
    decision: decideByHand(it, input, override, now),
    arn: evidenceInput.arnOf(it.session.interpreter) ?? "",
  }));
}

/** Whoever overrides a protection is told what lies behind it; which one it is is told beside it. */
function decideByHand(
  facts: SessionFacts,
  settings: DecideSettings,
  { protections, policyUnread }: StopOverride,
  now: Instant,
): Decision {
  const isLifted = protections && facts.protection !== null && canBeOverridden(facts.protection);
  const decision = decide(isLifted ? { ...facts, protection: null } : facts, settings, now);
  return decision.reason === "no-policy" && policyUnread !== null
    ? { ...decision, text: `Whether a policy is about it is not known: ${policyUnread}` }
    : decision;
}
