import type { Instant } from "../../kernel/instant.ts";
import type { KillSwitch } from "../../ports/kill-switch.ts";

/** Why nothing is stopped although the switch is armed, and since when. */
export interface Bar {
  readonly why: string;
  readonly at: Instant;
}

/** A policy whose stops were regretted too often: it stops nothing until somebody arms anew, while others go on. */
export interface BarredPolicy extends Bar {
  readonly policy: string;
  /** Which sessions it was about, as text: the same sessions under another id are no other policy. Absent where it was not known then. */
  readonly match?: string;
}

/** How the switch was set, and what bars stops all the same: null and empty where it acts as it was set. */
export interface SwitchStanding {
  readonly position: KillSwitch;
  /** All stops, whosoever they are. */
  readonly barred: Bar | null;
  /** Those of single policies. What a person stops is of none. */
  readonly policies: readonly BarredPolicy[];
}

/** The switch as it acts: whoever reads it must not be told that stops are made where none is. */
export const actingSwitch = ({ position, barred }: Pick<SwitchStanding, "position" | "barred">): KillSwitch =>
  position.state === "armed" && barred !== null
    ? { state: "disarmed", by: "sandmeter", ...barred, settingId: null }
    : position;

/** What reports say of it: `switch` is as it acts, and `barred` why it does not act as it was set. */
export interface ReportedSwitch {
  readonly switch: KillSwitch["state"];
  readonly barred: string | null;
  readonly barredPolicies: readonly Pick<BarredPolicy, "policy" | "why">[];
}

export const reportedSwitch = (standing: SwitchStanding): ReportedSwitch => ({
  switch: actingSwitch(standing).state,
  barred: standing.position.state === "armed" ? (standing.barred?.why ?? null) : null,
  barredPolicies:
    standing.position.state === "armed" ? standing.policies.map(({ policy, why }) => ({ policy, why })) : [],
});

/** Why a session of it is not stopped. */
export const regrettedText = ({ policy, why }: Pick<BarredPolicy, "policy" | "why">): string =>
  `Policy ${policy} is barred, as ${why}: \`sandmeter arm\` starts anew.`;
