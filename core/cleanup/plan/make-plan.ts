import type { SessionKey } from "../../billing/usage-record.ts";
import type { Session } from "../../inventory/session.ts";
import { targetKey } from "../../inventory/target.ts";
import { type Instant, plusMs } from "../../kernel/instant.ts";
import type { Decision, SessionFacts } from "../decision/decision.ts";
import type { Policy } from "../policy/policy.ts";
import { isInForce } from "../policy/protections.ts";
import type { Plan, PlanEntry } from "./plan.ts";
import { entryDigest, planDigest, type Sha256 } from "./plan-digest.ts";
import { planIdOf } from "./plan-id.ts";

/** A session that was decided on, with what it was decided by. */
export interface Decided {
  readonly facts: SessionFacts;
  readonly decision: Decision;
  /** Of its interpreter. */
  readonly arn: string;
}

export interface MadePlan {
  readonly plan: Plan;
  /** To be stopped too, but beyond what its policy allows in one pass: next time. In the order in which they come then. */
  readonly postponed: readonly Decided[];
}

export interface PlanSettings {
  readonly planLifetimeMs: number;
  /** Policies that stop nothing though they enforce. */
  readonly barred: readonly { readonly policy: string }[];
}

/**
 * The stops of one pass: of each target, and of each policy in it, at most `maxStopsPerPass`, those over age first, then those that are idle
 * longest. What policies only show is counted apart from what others stop: it stays idle for ever, and would let none of theirs have its turn.
 * Targets take turns, so that whatever cuts the plan short later takes from all of them alike.
 */
export function makePlan(
  decided: readonly Decided[],
  { planLifetimeMs, barred }: PlanSettings,
  sha256: Sha256,
  now: Instant,
): MadePlan {
  const stops = inOrder(decided.filter((item) => isStop(item, now)));
  const postponed: Decided[] = [];
  const ranked: { readonly entry: PlanEntry; readonly rank: number }[] = [];
  const taken = new Map<string, number>();
  const count = (key: string): number => {
    const before = taken.get(key) ?? 0;
    taken.set(key, before + 1);
    return before;
  };
  const acts = ({ id, mode }: Policy): boolean => mode === "enforce" && !barred.some(({ policy }) => policy === id);
  const shareOf = (session: Session, policy: Policy): string => `${targetKey(session.target)} ${acts(policy)}`;
  const mostOf = new Map<string, number>();
  for (const { facts } of stops) {
    const { session, policy } = facts;
    if (policy === null) continue;
    const share = shareOf(session, policy);
    mostOf.set(share, Math.max(mostOf.get(share) ?? 0, policy.maxStopsPerPass));
  }
  for (const item of stops) {
    const { session, policy } = item.facts;
    if (policy === null) continue;
    const share = shareOf(session, policy);
    const place = `${share} ${policy.id}`;
    // Many policies make no more of it: a target has as many as the policy allows that allows most.
    const ofTarget = mostOf.get(share) ?? 0;
    if ((taken.get(place) ?? 0) >= policy.maxStopsPerPass || (taken.get(share) ?? 0) >= ofTarget) postponed.push(item);
    else {
      count(place);
      ranked.push({ entry: planEntryOf(item, policy, sha256), rank: count(share) });
    }
  }
  // Sorting is stable: within a rank the order of all stops stays.
  const entries = ranked.toSorted((a, b) => a.rank - b.rank).map(({ entry }) => entry);
  const plan = { madeAt: now, expiresAt: plusMs(now, planLifetimeMs), entries };
  return { plan: named(plan, sha256), postponed };
}

/** Of the sessions that a person chose, in their order and without a cap: no policy says how many. */
export function makePlanByHand(decided: readonly Decided[], lifetimeMs: number, sha256: Sha256, now: Instant): Plan {
  const entries = [...new Map(decided.map((item) => [sessionText(item), item])).values()].map((item) =>
    planEntryOf(item, item.facts.policy ?? noPolicy, sha256),
  );
  return named({ madeAt: now, expiresAt: plusMs(now, lifetimeMs), entries }, sha256);
}

/** No policy has an empty name. */
const noPolicy = { id: "", hash: "" };

const named = (plan: Omit<Plan, "id">, sha256: Sha256): Plan => ({
  id: planIdOf(plan.madeAt, planDigest(plan, sha256)),
  ...plan,
});

/** What is protected is in no plan, whatever was decided before it was. */
const isStop = ({ facts, decision }: Decided, now: Instant): boolean =>
  decision.action === "stop" &&
  facts.policy !== null &&
  (facts.protection === null || !isInForce(facts.protection, now));

/** Each session once. Ties are broken by age and then by key, so that the order of the facts does not matter. */
function inOrder(stops: readonly Decided[]): readonly Decided[] {
  const keyed = new Map(stops.map((item) => [sessionText(item), item] as const));
  return [...keyed]
    .toSorted(
      ([aKey, a], [bKey, b]) =>
        Number(isOverAge(b)) - Number(isOverAge(a)) ||
        idleSinceOf(a) - idleSinceOf(b) ||
        a.facts.session.createdAt - b.facts.session.createdAt ||
        (aKey < bKey ? -1 : 1),
    )
    .map(([, item]) => item);
}

const isOverAge = ({ decision }: Decided): boolean =>
  decision.reason === "over-age" || decision.reason === "over-age-busy";

/** One that works has been idle since never: it goes last of those over age. */
const idleSinceOf = ({ decision }: Decided): number => decision.idleSince ?? Number.MAX_SAFE_INTEGER;

const sessionText = ({ facts: { session } }: Decided): string =>
  `${targetKey(session.target)} ${session.interpreter} ${session.id}`;

function planEntryOf(
  { facts: { session, evidence }, decision, arn }: Decided,
  policy: { readonly id: string; readonly hash: string },
  sha256: Sha256,
): PlanEntry {
  const key: SessionKey = { ...session.target, interpreter: session.interpreter, session: session.id };
  const entry = {
    key,
    arn,
    interpreterKind: session.interpreterKind,
    name: session.name,
    createdAt: session.createdAt,
    timeoutSeconds: session.timeoutSeconds,
    policy: { id: policy.id, hash: policy.hash },
    decision,
    evidence,
  };
  return { ...entry, digest: entryDigest(entry, sha256) };
}
