import type { StopRecord } from "../../ports/stops.ts";

/** An intent that is older is one of a run that was killed, or that could not find out what came of it, or of a session that ends slowly. */
export const finishedAfterMs = 10 * 60_000;

/** A later pass found the session gone, and nobody saw what ended it: a stop that was meant, and maybe its own caller. */
export const isPresumed = (record: StopRecord): boolean => record.state === "stopped" && isFoundLater(record);

/** Gone when a later pass looked, and its time limit had passed: our Stop may have ended it, or its time. */
export const mayHaveStopped = (record: StopRecord): boolean => record.state === "already-gone" && isFoundLater(record);

const isFoundLater = ({ intendedAt, decidedAt }: StopRecord): boolean =>
  decidedAt !== null && decidedAt - intendedAt >= finishedAfterMs;
