import { canBeOverridden, neverStopText } from "../../cleanup/protections.ts";
import { isoOf } from "../../kernel/instant.ts";
import type { StopOrder, StopPorts } from "./stop-ports.ts";
import { type Refusal, refusedBy } from "./stop-refusal.ts";

/** Clocks of two machines may differ by so much. */
const clockSkewMs = 60_000;

/** What can bar the way at any moment: time, a protection, the switch. Null where nothing does. */
export async function barrierOf(
  ports: Pick<StopPorts, "clock" | "protectionOf" | "readSwitch">,
  order: StopOrder,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const { entry, override, planMadeAt, planExpiresAt } = order;
  const now = ports.clock.now();
  if (now >= planExpiresAt) {
    return refusedBy(order, "expired", `The plan expired at ${isoOf(planExpiresAt)}: make a new one.`);
  }
  if (now < planMadeAt - clockSkewMs) {
    const message = `It is ${isoOf(now)} here, and the plan was made at ${isoOf(planMadeAt)}: a clock is wrong.`;
    return refusedBy(order, "expired", message);
  }
  const protection = await ports.protectionOf(entry, now);
  if (protection !== null && !canBeOverridden(protection)) return refusedBy(order, "protected", neverStopText);
  if (protection !== null && override?.protections !== true) {
    const until = protection.until === null ? "" : ` until ${isoOf(protection.until)}`;
    return refusedBy(order, "protected", `It is protected${until}.`);
  }
  // Last, so that as little as can be lies between it and the stop.
  const position = await ports.readSwitch(signal);
  switch (position.state) {
    case "armed":
      return null;
    case "disarmed": {
      const why = position.why === null ? "" : ` (${position.why})`;
      return refusedBy(order, "disarmed", `Stopping is disarmed${why}: \`sandmeter arm\` allows it.`);
    }
    case "unknown":
      return refusedBy(order, "switch-unknown", position.problem.message);
  }
}
