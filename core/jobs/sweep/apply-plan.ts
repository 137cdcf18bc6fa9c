import { type BreakerAnswer, checkBreaker } from "../../cleanup/breaker.ts";
import type { Plan, PlanEntry } from "../../cleanup/plan.ts";
import { isGenuine } from "../../cleanup/plan-digest.ts";
import type { PolicySet } from "../../cleanup/policy.ts";
import type { EntryOutcome, RefusalReason } from "../../cleanup/stop-outcome.ts";
import { type Target, targetKey } from "../../inventory/target.ts";
import { plusMs } from "../../kernel/instant.ts";
import { RegistryError } from "../../ports/registry-error.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { stopOne } from "./stop-one.ts";
import type { StopPorts } from "./stop-ports.ts";

export interface ApplyInput {
  /** As they are in force now, within the administrator's bounds. */
  readonly policies: PolicySet;
  /** How many live sessions a target has; null where that is not known. */
  readonly liveIn: (target: Target) => number | null;
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
  const made = new Map(stored.entries.map((entry) => [entry.digest, entry]));
  const outcomes: EntryOutcome[] = [];
  const sound: PlanEntry[] = [];
  for (const entry of plan.entries) {
    const refusal = refusalOf(ports, input, entry, made);
    if (refusal === null) sound.push(entry);
    else outcomes.push({ kind: "refused", entry, ...refusal });
  }
  const tripped = await trippedTargets(ports, input, sound);
  for (const entry of sound) {
    const trip = tripped.get(targetKey(entry.key));
    if (trip !== undefined) {
      outcomes.push({ kind: "refused", entry, reason: "breaker", message: trip });
      continue;
    }
    const order = { plan: stored.id, planExpiresAt: stored.expiresAt, entry, override: null };
    outcomes.push(await stopOne(ports, order, signal));
  }
  return outcomes;
}

function refusalOf(
  { sha256 }: Pick<StopPorts, "sha256">,
  { policies }: ApplyInput,
  entry: PlanEntry,
  made: ReadonlyMap<string, PlanEntry>,
): { readonly reason: RefusalReason; readonly message: string } | null {
  if (!isGenuine(entry, sha256)) {
    return { reason: "tampered", message: "The entry is not as it was made: its digest says another." };
  }
  if (!made.has(entry.digest)) return { reason: "not-in-plan", message: "The plan as it was made does not have it." };
  const policy = policies.policies.find(({ id }) => id === entry.policy.id);
  if (policy === undefined || policy.hash !== entry.policy.hash) {
    return { reason: "outdated", message: `Policy ${entry.policy.id} is not as it was when the plan was made.` };
  }
  if (policy.mode === "observe") {
    return { reason: "observe", message: `Policy ${policy.id} only observes: mode enforce lets it stop sessions.` };
  }
  return null;
}

/** Why the breaker of each target that has one tripped. Each policy's limits hold for all stops of the target together. */
async function trippedTargets(
  { records, clock }: Pick<StopPorts, "records" | "clock">,
  { policies, liveIn }: ApplyInput,
  entries: readonly PlanEntry[],
): Promise<ReadonlyMap<string, string>> {
  const now = clock.now();
  const tripped = new Map<string, string>();
  for (const [name, own] of Map.groupBy(entries, ({ key }) => targetKey(key))) {
    const [first] = own;
    if (first === undefined) continue;
    for (const id of new Set(own.map(({ policy }) => policy.id))) {
      const breaker = policies.policies.find((policy) => policy.id === id)?.breaker;
      if (breaker === undefined) continue;
      const stopped = await stoppedSince(records, first.key, plusMs(now, -breaker.windowMs));
      const answer: BreakerAnswer = checkBreaker(breaker, { stopped, planned: own.length, live: liveIn(first.key) });
      if (answer.kind === "tripped") tripped.set(name, `The breaker of policy ${id} tripped: ${answer.message}`);
    }
  }
  return tripped;
}

/** Null where it cannot be read. An intent may have been carried out: it counts, until it is known that it was not. */
async function stoppedSince(
  records: StopPorts["records"],
  target: Target,
  from: Parameters<StopPorts["records"]["between"]>[1],
): Promise<number | null> {
  const isStop = ({ state }: StopRecord): boolean => state === "stopped" || state === "intended";
  try {
    const all = await records.between(target, from, plusMs(from, Number.MAX_SAFE_INTEGER / 2));
    return new Set(all.filter(isStop).map(({ key }) => JSON.stringify([key.interpreter, key.session]))).size;
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return null;
  }
}
