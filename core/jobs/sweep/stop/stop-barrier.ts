import type { Protection } from "../../../cleanup/policy/policy.ts";
import { canBeOverridden, neverStopText } from "../../../cleanup/policy/protections.ts";
import { type ToldProtection, toldProtection, unknownProtection } from "../../../cleanup/policy/told-protection.ts";
import { actingSwitch, regrettedText } from "../../../cleanup/stop/switch-standing.ts";
import { isoOf } from "../../../kernel/instant.ts";
import type { StopOrder, StopOverride, StopPorts } from "./stop-ports.ts";
import { type Refusal, refusedBy } from "./stop-refusal.ts";

/** Clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;

/** Nothing bars the way, but for what a person overrides. */
export interface Open {
  readonly kind: "open";
  readonly lifted: ToldProtection | null;
}

/** What can bar the way at any moment: time, a protection, a policy that was changed, the switch. */
export async function barrierOf(
  ports: Pick<StopPorts, "clock" | "inForce" | "readStanding">,
  order: StopOrder,
  signal: AbortSignal,
): Promise<Refusal | Open> {
  const { entry, override, planMadeAt, planExpiresAt } = order;
  const now = ports.clock.now();
  if (now >= planExpiresAt) {
    return refusedBy(order, "expired", `The plan expired at ${isoOf(planExpiresAt)}: make a new one.`);
  }
  if (now < planMadeAt - clockSkewMs) {
    const message = `It is ${isoOf(now)} here, and the plan was made at ${isoOf(planMadeAt)}: a clock is wrong.`;
    return refusedBy(order, "expired", message);
  }
  const inForce = await ports.inForce(entry, now);
  if (inForce.kind === "unread") return refusedBy(order, "policy-unread", inForce.message);
  const { protection, policy } = inForce;
  if (protection !== null && !canBeOverridden(protection)) return refusedBy(order, "protected", neverStopText);
  if (protection !== null && override?.protections !== true) {
    const until = protection.until === null ? "" : ` until ${isoOf(protection.until)}`;
    return refusedBy(order, "protected", `It is protected${until}.`);
  }
  // What a person stops goes by no policy.
  if (override === null && policy.kind === "refuses") return refusedBy(order, policy.reason, policy.message);
  // Last, so that as little as can be lies between it and the stop.
  const standing = await ports.readStanding(signal);
  const position = actingSwitch(standing);
  switch (position.state) {
    case "armed": {
      // What a person stops is of no policy.
      const bar = override === null ? standing.policies.find((it) => it.policy === entry.policy.id) : undefined;
      if (bar !== undefined) return refusedBy(order, "regretted", regrettedText(bar));
      return { kind: "open", lifted: liftedBy(override, protection) };
    }
    case "disarmed": {
      const why = position.why === null ? "" : ` (${position.why})`;
      return refusedBy(order, "disarmed", `Stopping is disarmed${why}: \`sandmeter arm\` allows it.`);
    }
    case "unknown":
      return refusedBy(order, "switch-unknown", position.problem.message);
  }
}

function liftedBy(override: StopOverride | null, protection: Protection | null): ToldProtection | null {
  if (protection !== null) return toldProtection(protection);
  if (override === null || !override.protections || override.policyUnread === null) return null;
  return unknownProtection(override.policyUnread);
}
