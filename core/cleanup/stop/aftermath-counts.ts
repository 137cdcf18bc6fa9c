import type { StopRecord } from "../../ports/stops.ts";
import type { StopAftermath } from "./stop-aftermath.ts";
import { isByChoice } from "./stopped-by-choice.ts";

/** Of stops by policies of sessions that were idle. */
export interface AftermathCounts {
  readonly races: number;
  readonly wrong: number;
  /** Those that nobody could judge or has judged yet: they are no zero. */
  readonly unknown: number;
}

/** Of a pass that may not have read all stops. Null is no zero: none was found of those that could be read, and there may be some. */
export type PassAftermath = { readonly [count in keyof AftermathCounts]: number | null };

/** Counts of some of the stops: what was found is found, and how many are not known nobody can say. */
export const countsOfPart = ({ races, wrong }: AftermathCounts): PassAftermath => ({
  races: races === 0 ? null : races,
  wrong: wrong === 0 ? null : wrong,
  unknown: null,
});

/** Whether the guarantee holds for it: what a person or `maxAgeStopsBusy` stops is outside of it. */
export const isGuaranteed = (stop: StopRecord): boolean =>
  stop.state === "stopped" && stop.override === null && !isByChoice(stop);

export function aftermathCounts(stops: readonly StopRecord[]): AftermathCounts {
  const verdicts = stops.filter(isGuaranteed).map(({ aftermath }) => aftermath?.verdict ?? "unknown");
  const count = (wanted: StopAftermath["verdict"]): number => verdicts.filter((verdict) => verdict === wanted).length;
  return { races: count("race"), wrong: count("wrong"), unknown: count("unknown") };
}
