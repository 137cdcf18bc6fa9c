import type { StopRecord } from "../../ports/stops.ts";

/** It worked, as far as was known, and was stopped all the same: a policy's `maxAgeStopsBusy`, or a person, chose that. */
export const isByChoice = ({ entry }: Pick<StopRecord, "entry">): boolean =>
  entry.decision.reason === "over-age-busy" || entry.decision.reason === "active";
