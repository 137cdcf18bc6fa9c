import { actingSwitch, type ReportedSwitch, type SwitchStanding } from "../../core/cleanup/stop/switch-standing.ts";
import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import type { KillSwitch } from "../../core/ports/kill-switch.ts";
import { safeText } from "../render/safe-text.ts";
import type { CleanupInput } from "./cleanup-input.ts";

/** docs/schemas/switch.schema.json: as it acts; whose setting a bar holds up is told beside it. */
export const switchJson = (
  standing: SwitchStanding,
  before: SwitchStanding | null,
  place: string,
  problems: readonly string[],
  now: Instant,
) => ({
  asOf: isoOf(now),
  ...writtenOut(actingSwitch(standing)),
  barred: barredJson(standing),
  barredPolicies: barredPoliciesJson(standing),
  before: before === null ? null : actingSwitch(before).state,
  place,
  problems,
});

const barredJson = ({ position, barred }: SwitchStanding) => {
  if (position.state !== "armed" || barred === null) return null;
  const { by, why, at } = position;
  return { why: barred.why, at: isoOf(barred.at), armed: { by, why, at: at === null ? null : isoOf(at) } };
};

const barredPoliciesJson = ({ position, policies }: SwitchStanding) =>
  position.state === "armed" ? policies.map(({ policy, why, at }) => ({ policy, why, at: isoOf(at) })) : [];

/** Where stopping is not armed as it acts: what keeps it from it, and what to do. */
export function notArmedText({ switch: state, barred }: ReportedSwitch): string {
  if (barred !== null) return `Stopping is ${barredText(barred)}`;
  return `Stopping is ${state === "unknown" ? "not known to be" : "not"} armed: \`sandmeter arm\` allows it.`;
}

/** Policies that stop nothing while others do, each with why. */
export const barredPolicyTexts = (barred: ReportedSwitch["barredPolicies"]): readonly string[] =>
  barred.map(({ policy, why }) => `${barredPolicyText({ policy, why })}; \`sandmeter arm\` starts anew.`);

/** One of them, for a line of many things. */
export const barredPolicyText = ({ policy, why }: ReportedSwitch["barredPolicies"][number]): string =>
  `policy ${safeText(policy)}: barred, ${safeText(why)}`;

const barredText = (why: string): string => `armed, but barred: ${safeText(why)}; \`sandmeter arm\` starts anew.`;

const writtenOut = (position: KillSwitch) =>
  position.state === "unknown"
    ? { state: position.state, by: null, why: null, at: null, problem: position.problem.message }
    : {
        state: position.state,
        by: position.by,
        why: position.why,
        at: position.at === null ? null : isoOf(position.at),
        problem: null,
      };

/** `policy` is null where nobody could read what the file says. */
export function switchText(
  standing: SwitchStanding,
  before: SwitchStanding | null,
  place: string,
  policy: Pick<CleanupInput, "policies" | "policyFile"> | null,
): string {
  const { position, barred } = standing;
  if (position.state === "unknown") {
    return `The switch cannot be read, so nothing is stopped (${place}): ${safeText(position.problem.message)}`;
  }
  const { by, why, at } = position;
  const said = at === null ? "nobody has said anything yet" : `${by ?? "somebody"} at ${isoOf(at)}`;
  const turned = `(${safeText(said)}${why === null ? "" : `: ${safeText(why)}`})`;
  const where = `The switch is in ${safeText(place)}.`;
  if (position.state === "armed" && barred !== null) {
    return `Stopping is ${barredText(barred.why)} It was armed ${turned}, and is barred since ${isoOf(barred.at)}. ${where}`;
  }
  const wasState = before === null ? position.state : actingSwitch(before).state;
  const was = wasState === position.state ? "" : `, was ${before?.barred == null ? wasState : "barred"}`;
  const lines = [`Stopping is ${position.state}${was} ${turned}. ${where}`];
  if (position.state === "armed") {
    lines.push(...barredPolicyTexts(standing.policies));
    if (policy !== null) lines.push(enforcedText(policy));
  }
  return lines.join("\n");
}

function enforcedText({ policies, policyFile }: Pick<CleanupInput, "policies" | "policyFile">): string {
  if (policyFile === null || policies.policies.length === 0) {
    return "No policy file is here: `apply` and `stop` may stop sessions, and so may whoever runs `watch` with a policy that enforces.";
  }
  const enforced = policies.policies.filter(({ mode }) => mode === "enforce").length;
  return `${enforced} of ${policies.policies.length} policies of ${safeText(policyFile)} enforce; those that observe stop nothing.`;
}
