import type { Instant } from "../../kernel/instant.ts";
import type { Policy } from "../policy/policy.ts";
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
  const bad = judged.filter(({ verdict }) => verdict === "disarm").map((it) => barOf(it, now));
  const barred = withBarred(before.policies, bad);
  return { barred: before.barred ?? barOfAll(barred, policies, now), policies: barred };
}

/** What two runs found out; of what both did, as the first one said it. */
export const togetherBarred = (first: RegretVerdict, second: RegretVerdict): RegretVerdict => ({
  barred: first.barred ?? second.barred,
  policies: withBarred(first.policies, second.policies),
});

/** The policies as they act: one that is barred observes. */
export const asTheyAct = (policies: readonly Policy[], barred: readonly BarredPolicy[]): readonly Policy[] =>
  policies.map((one) => (barred.some(({ policy }) => policy === one.id) ? { ...one, mode: "observe" } : one));

const withBarred = (first: readonly BarredPolicy[], more: readonly BarredPolicy[]): readonly BarredPolicy[] => [
  ...first,
  ...more.filter((one) => !first.some(({ policy }) => policy === one.policy)),
];

const barOf = ({ policy, regrets, judged }: PolicyRegret, now: Instant): BarredPolicy => ({
  policy,
  why: `${regrets.length} of ${judged} stops were regretted`,
  at: now,
});

function barOfAll(barred: readonly BarredPolicy[], policies: readonly Policy[], now: Instant): Bar | null {
  const enforcing = policies.filter(({ mode }) => mode === "enforce");
  const bad = barred.filter(({ policy }) => enforcing.some(({ id }) => id === policy));
  if (bad.length < 2 || 2 * bad.length <= enforcing.length) return null;
  const told = bad.map(({ policy, why }) => `policy ${policy}: ${why}`).join("; ");
  return { why: `${bad.length} of ${enforcing.length} policies that enforce were regretted (${told})`, at: now };
}
