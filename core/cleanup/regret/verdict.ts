import type { Instant } from "../../kernel/instant.ts";
import type { Policy, SessionMatch } from "../policy/policy.ts";
import type { Bar, BarredPolicy, SwitchStanding } from "../stop/switch-standing.ts";
import type { PolicyRegret } from "./regret.ts";

/** What was regretted too often since the switch was armed. */
export type RegretVerdict = Pick<SwitchStanding, "barred" | "policies">;

export const nothingRegretted: RegretVerdict = { barred: null, policies: [] };

/**
 * Bars each policy whose stops were regretted too often, and that one alone: others are judged by their own stops. Where those are
 * two or more, and more than half of the policies that enforce, what they have in common is at fault (telemetry, a clock, the way sessions
 * are used here) and not what one of them says, so that all stopping ends. What was barred before stays so, as it was told.
 */
export function verdictOf(
  judged: readonly PolicyRegret[],
  before: RegretVerdict,
  policies: readonly Policy[],
  now: Instant,
): RegretVerdict {
  const bad = judged.filter(({ verdict }) => verdict === "disarm").map((it) => barOf(it, policies, now));
  const barred = withRenamed(withBarred(before.policies, bad), policies);
  return { barred: before.barred ?? barOfAll(barred, policies, now), policies: barred };
}

/** What two runs found out; of what both did, as the first one said it. */
export const togetherBarred = (first: RegretVerdict, second: RegretVerdict): RegretVerdict => ({
  barred: first.barred ?? second.barred,
  policies: withBarred(first.policies, second.policies),
});

/** With those that are about the very sessions that a barred one was about: to rename a policy is not to arm. */
export function withRenamed(barred: readonly BarredPolicy[], policies: readonly Policy[]): readonly BarredPolicy[] {
  const renamed = policies.flatMap(({ id, match }) => {
    const bar = barred.find((one) => one.match === matchText(match));
    return bar === undefined ? [] : [{ ...bar, policy: id }];
  });
  return withBarred(barred, renamed);
}

/** The policies as they act: one that is barred observes. */
export const asTheyAct = (policies: readonly Policy[], barred: readonly BarredPolicy[]): readonly Policy[] =>
  policies.map((one) => (barred.some(({ policy }) => policy === one.id) ? { ...one, mode: "observe" } : one));

const withBarred = (first: readonly BarredPolicy[], more: readonly BarredPolicy[]): readonly BarredPolicy[] => [
  ...first,
  ...more.filter((one) => !first.some(({ policy }) => policy === one.policy)),
];

function barOf({ policy, regrets, judged }: PolicyRegret, policies: readonly Policy[], now: Instant): BarredPolicy {
  const found = policies.find(({ id }) => id === policy);
  return {
    policy,
    why: `${regrets.length} of ${judged} stops were regretted`,
    at: now,
    ...(found === undefined ? {} : { match: matchText(found.match) }),
  };
}

const matchText = ({ account, region, interpreter, session, name }: SessionMatch): string =>
  JSON.stringify([account, region, interpreter, session, name?.text ?? null]);

function barOfAll(barred: readonly BarredPolicy[], policies: readonly Policy[], now: Instant): Bar | null {
  const enforcing = policies.filter(({ mode }) => mode === "enforce");
  const bad = barred.filter(({ policy }) => enforcing.some(({ id }) => id === policy));
  if (bad.length < 2 || 2 * bad.length <= enforcing.length) return null;
  const told = bad.map(({ policy, why }) => `policy ${policy}: ${why}`).join("; ");
  return { why: `${bad.length} of ${enforcing.length} policies that enforce were regretted (${told})`, at: now };
}
