import type { Instant } from "../../kernel/instant.ts";
import type { KillSwitch } from "../../ports/kill-switch.ts";

/** Why nothing is stopped although the switch is armed, and since when. */
export interface Bar {
  readonly why: string;
  readonly at: Instant;
}

/** How the switch was set, and what bars stops all the same: null where it acts as it was set. */
export interface SwitchStanding {
  readonly position: KillSwitch;
  readonly barred: Bar | null;
}

/** The switch as it acts: whoever reads it must not be told that stops are made where none is. */
export const actingSwitch = ({ position, barred }: SwitchStanding): KillSwitch =>
  position.state === "armed" && barred !== null
    ? { state: "disarmed", by: "sandmeter", ...barred, settingId: null }
    : position;

/** What reports say of it: `switch` is as it acts, and `barred` why it does not act as it was set. */
export interface ReportedSwitch {
  readonly switch: KillSwitch["state"];
  readonly barred: string | null;
}

export const reportedSwitch = (standing: SwitchStanding): ReportedSwitch => ({
  switch: actingSwitch(standing).state,
  barred: standing.position.state === "armed" ? (standing.barred?.why ?? null) : null,
});
