import type { Instant } from "../../kernel/instant.ts";
import type { KillSwitch, SwitchPosition } from "../../ports/kill-switch.ts";
import { at, object, oneOf, orNull, string } from "../../ports/read-stored.ts";

/** What is kept of a switch, wherever it is kept. */
export const textOfSwitch = ({ state, by, why, at: setAt }: SwitchPosition): string =>
  JSON.stringify({ state, by, why, at: setAt });

/** A switch as a place keeps it. */
export interface KeptSwitch {
  readonly text: string;
  readonly settingId: string;
  /** By the clock of the place; null where it has none. */
  readonly setAt: Instant | null;
}

/**
 * Reads it back. A switch that was never set is disarmed; one that cannot be understood is unknown, and then nothing is
 * stopped: `place` says where it is kept.
 */
export function switchOfText(kept: KeptSwitch | null, place: string): KillSwitch {
  if (kept === null) return { state: "disarmed", by: null, why: null, at: null, settingId: null };
  try {
    const item = object(JSON.parse(kept.text), "switch");
    const saidAt = orNull(item["at"], "at", at);
    return {
      state: oneOf(["armed", "disarmed"] as const)(item["state"], "state"),
      by: orNull(item["by"], "by", string),
      why: orNull(item["why"], "why", string),
      at: kept.setAt ?? saidAt,
      settingId: kept.settingId,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const message = `The kill switch in ${place} cannot be understood (${error.message}), so nothing is stopped: set it anew with \`sandmeter arm\` or \`sandmeter disarm\`.`;
    return { state: "unknown", problem: { code: "SwitchDamaged", message } };
  }
}
