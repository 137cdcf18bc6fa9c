import type { Instant } from "../../kernel/instant.ts";
import type { StopRecord } from "../../ports/stops.ts";
import { isByChoice } from "./stopped-by-choice.ts";

/**
 * What the records that came later say of a stop. `race`: it worked between the horizon that it was stopped by and the stop, which nobody
 * could know. `wrong`: it worked in the `idleAfter` before that horizon, which must never be. `clean`: neither. `unknown`: not all
 * of it is recorded, and what is shows no work.
 */
export interface StopAftermath {
  readonly verdict: "clean" | "race" | "wrong" | "unknown";
  readonly judgedAt: Instant;
  /** When it worked first, of what makes the verdict; null where no work was found. */
  readonly workedAt: Instant | null;
  /** One sentence; null for `clean`. */
  readonly message: string | null;
}

/** Of stops by policies of sessions that were idle. */
export interface AftermathCounts {
  readonly races: number;
  readonly wrong: number;
  /** Those that nobody could judge or has judged yet: they are no zero. */
  readonly unknown: number;
}

/** Whether the guarantee holds for it: what a person or `maxAgeStopsBusy` stops is outside of it. */
export const isGuaranteed = (stop: StopRecord): boolean =>
  stop.state === "stopped" && stop.override === null && !isByChoice(stop);

export function aftermathCounts(stops: readonly StopRecord[]): AftermathCounts {
  const verdicts = stops.filter(isGuaranteed).map(({ aftermath }) => aftermath?.verdict ?? "unknown");
  const count = (wanted: StopAftermath["verdict"]): number => verdicts.filter((verdict) => verdict === wanted).length;
  return { races: count("race"), wrong: count("wrong"), unknown: count("unknown") };
}
