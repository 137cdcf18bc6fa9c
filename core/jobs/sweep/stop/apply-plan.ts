import { checkBreaker } from "../../../cleanup/plan/breaker.ts";
import type { Plan, PlanEntry } from "../../../cleanup/plan/plan.ts";
import { isGenuine } from "../../../cleanup/plan/plan-digest.ts";
import type { Policy, PolicySet } from "../../../cleanup/policy/policy.ts";
import type { EntryOutcome, RefusalReason } from "../../../cleanup/stop/stop-outcome.ts";
import { type BarredPolicy, regrettedText } from "../../../cleanup/stop/switch-standing.ts";
import { type Target, targetKey } from "../../../inventory/target.ts";
import { type Instant, isoOf } from "../../../kernel/instant.ts";
import { policyInForce } from "./policy-in-force.ts";
import { nameInCount, stoppedWithin } from "./stop-count.ts";
import { stopOne } from "./stop-one.ts";
import type { StopPorts } from "./stop-ports.ts";
import { refusedBy } from "./stop-refusal.ts";

export interface ApplyInput {
  /** As they are in force now, within the administrator's bounds. */
  readonly policies: PolicySet;
  /** Their entries are refused before any breaker counts them. */
  readonly barred: readonly BarredPolicy[];
  /** How many live sessions a target has; null where that is not known. */
  readonly liveIn: (target: Target) => number | null;
  readonly onOutcome?: ((outcome: EntryOutcome) => void) | undefined;
}

/**
 * Stops what a plan says, and nothing else. `stored` is the plan as it was made: an entry that is not in it, or not as it was, is
 * refused, and the others go on. So is one whose policy has changed or only observes. Where a breaker trips, none of that target is
 * stopped. Throws only when `signal` is aborted; what was stopped by then is in the records.
 */
export async function applyPlan(
  ports: StopPorts,
  input: ApplyInput,
  plan: Plan,
  stored: Plan,
  signal: AbortSignal,
): Promise<readonly EntryOutcome[]> {
  const now = ports.clock.now();
  const judged = judgeEntries(ports, input, plan, stored, now);
  const sound = judged.flatMap((it) => (it.kind === "sound" ? [it] : []));
  const limits = await limitsOf(ports, input, sound, now);
  const outcomes: EntryOutcome[] = [];
  const came = (outcome: EntryOutcome): void => {
    outcomes.push(outcome);
    input.onOutcome?.(outcome);
  };
  let spent: string | null = null;
  for (const it of judged) {
    if (it.kind === "refused") {
      came(it);
      continue;
    }
    const { entry, policy } = it;
    const ofTarget = limits.get(targetKey(entry.key));
    const trip = ofTarget?.tripped ?? null;
    if (trip !== null) came(refusedBy(it, "breaker", trip));
    // Once the cap is spent, nobody needs to look at the others.
    else if (spent !== null) came(refusedBy(it, "cap", spent));
    else {
      const limit = { breaker: policy.breaker, live: ofTarget?.lived.get(policy.id) ?? null };
      const { id, madeAt, expiresAt } = stored;
      const order = { plan: id, planMadeAt: madeAt, planExpiresAt: expiresAt, entry, limit, override: null };
      const outcome = await stopOne(ports, order, signal);
      came(outcome);
      if (outcome.kind === "refused" && outcome.reason === "cap") spent = outcome.message;
    }
  }
  return outcomes;
}

type Sound = { readonly kind: "sound"; readonly entry: PlanEntry; readonly policy: Policy };
type Judged = Sound | Extract<EntryOutcome, { kind: "refused" }>;

/**
 * Which entries may go on to the chain, and why the others may not. In the order of the plan as it was made, so that the order of a file says
 * nothing of who comes first where not all can be stopped; what it does not have comes last.
 */
export function judgeEntries(
  { sha256 }: Pick<StopPorts, "sha256">,
  { policies, barred }: ApplyInput,
  plan: Plan,
  stored: Plan,
  now: Instant,
): readonly Judged[] {
  const left = new Set(stored.entries.map(({ digest }) => digest));
  const places = new Map(stored.entries.map(({ digest }, index) => [digest, index]));
  const judgeOne = (entry: PlanEntry): Judged => {
    const refuse = (reason: RefusalReason, message: string) => refusedBy({ entry }, reason, message);
    if (!isGenuine(entry, sha256)) {
      return refuse("tampered", "The entry is not as it was made: its digest says another.");
    }
    if (!left.delete(entry.digest)) {
      return refuse("not-in-plan", "The plan as it was made does not have it, or has it once only.");
    }
    if (now >= stored.expiresAt) {
      return refuse("expired", `The plan expired at ${isoOf(stored.expiresAt)}: make a new one.`);
    }
    const standing = policyInForce(policies, entry);
    if (standing.kind === "refuses") return refuse(standing.reason, standing.message);
    const { policy } = standing;
    const bar = barred.find((one) => one.policy === policy.id);
    return bar === undefined ? { kind: "sound", entry, policy } : refuse("regretted", regrettedText(bar));
  };
  const ranked = plan.entries.map((entry) => {
    const it = judgeOne(entry);
    const isForeign = it.kind === "refused" && (it.reason === "tampered" || it.reason === "not-in-plan");
    return { it, place: isForeign ? stored.entries.length : (places.get(entry.digest) ?? 0) };
  });
  return ranked.toSorted((a, b) => a.place - b.place).map(({ it }) => it);
}

interface TargetLimits {
  /** Why nothing may be stopped there; null where no breaker tripped. */
  readonly tripped: string | null;
  /** By policy, how many sessions lived within its breaker's window: a share of those that are left would shrink with each stop. */
  readonly lived: ReadonlyMap<string, number | null>;
}

/** By target. Each policy's limits hold for all stops of the target together. */
async function limitsOf(
  { records }: Pick<StopPorts, "records">,
  { liveIn }: ApplyInput,
  sound: readonly Sound[],
  now: Instant,
): Promise<ReadonlyMap<string, TargetLimits>> {
  const limits = new Map<string, TargetLimits>();
  for (const [name, own] of Map.groupBy(sound, ({ entry }) => targetKey(entry.key))) {
    const keys = own.map(({ entry }) => entry.key);
    const [target] = keys;
    if (target === undefined) continue;
    const lived = new Map<string, number | null>();
    let tripped: string | null = null;
    for (const { id, breaker } of new Map(own.map(({ policy }) => [policy.id, policy])).values()) {
      const stopped = await stoppedWithin(records, target, breaker.windowMs, now);
      const live = liveIn(target);
      const planned = keys.filter((key) => stopped?.has(nameInCount(key)) !== true).length;
      // One that lives although Stop was sent for it is among both.
      const both = keys.length - planned;
      const all = live === null || stopped === null ? null : live + stopped.size - both;
      lived.set(id, all);
      const answer = checkBreaker(breaker, { stopped: stopped?.size ?? null, planned, live: all });
      if (answer.kind === "tripped") tripped = `The breaker of policy ${id} tripped: ${answer.message}`;
    }
    limits.set(name, { tripped, lived });
  }
  return limits;
}
