import type { KillSwitch, SwitchPosition } from "../ports/kill-switch.ts";
import { at, object, oneOf, orNull, string } from "../ports/read-stored.ts";

/** What is kept of a switch, wherever it is kept. */
export const textOfSwitch = (position: SwitchPosition): string => JSON.stringify(position);

/**
 * Reads it back. A switch that was never set is disarmed; one that cannot be understood is unknown, and then nothing is
 * stopped: `place` says where it is kept.
 */
export function switchOfText(text: string | null, place: string): KillSwitch {
  if (text === null) return { state: "disarmed", by: null, why: null, at: null };
  try {
    const item = object(JSON.parse(text), "switch");
    return {
      state: oneOf(["armed", "disarmed"] as const)(item["state"], "state"),
      by: orNull(item["by"], "by", string),
      why: orNull(item["why"], "why", string),
      at: orNull(item["at"], "at", at),
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `The kill switch in ${place} cannot be understood (${error.message}), so nothing is stopped: set it anew with \`sandmeter arm\` or \`sandmeter disarm\`.`;
    return { state: "unknown", problem: { code: "SwitchDamaged", message } };
  }
}
