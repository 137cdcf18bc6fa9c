import { type Instant, isoOf } from "../../core/kernel/instant.ts";
import type { KillSwitch } from "../../core/ports/kill-switch.ts";
import { safeText } from "../render/safe-text.ts";
import type { CleanupInput } from "./cleanup-input.ts";

/** docs/schemas/switch.schema.json */
export const switchJson = (position: KillSwitch, before: KillSwitch | null, place: string, now: Instant) => ({
  asOf: isoOf(now),
  ...writtenOut(position),
  before: before?.state ?? null,
  place,
});

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

export function switchText(
  position: KillSwitch,
  before: KillSwitch | null,
  place: string,
  { policies, policyFile }: Pick<CleanupInput, "policies" | "policyFile">,
): string {
  if (position.state === "unknown") {
    return `The switch cannot be read, so nothing is stopped (${place}): ${safeText(position.problem.message)}`;
  }
  const { by, why, at } = position;
  const said = at === null ? "nobody has said anything yet" : `${by ?? "somebody"} at ${isoOf(at)}`;
  const was = before === null || before.state === position.state ? "" : `, was ${before.state}`;
  const lines = [
    `Stopping is ${position.state}${was} (${safeText(said)}${why === null ? "" : `: ${safeText(why)}`}). The switch is in ${safeText(place)}.`,
  ];
  if (position.state === "armed") {
    const enforced = policies.policies.filter(({ mode }) => mode === "enforce").length;
    lines.push(
      policyFile === null || policies.policies.length === 0
        ? "No policy file is here: `apply` and `stop` may stop sessions, and so may whoever runs `watch` with a policy that enforces."
        : `${enforced} of ${policies.policies.length} policies of ${safeText(policyFile)} enforce; those that observe stop nothing.`,
    );
  }
  return lines.join("\n");
}
