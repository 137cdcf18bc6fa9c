import type { StopRecord } from "../../ports/stops.ts";

/** An intent that is older is one of a run that was killed, or that could not find out what came of it, or of a session that ends slowly. */
export const finishedAfterMs = 10 * 60_000;

/** A later pass found the session gone, and nobody saw what ended it: a stop that was meant, and maybe its own caller. */
export const isPresumed = ({ state, intendedAt, decidedAt }: StopRecord): boolean =>
  state === "stopped" && decidedAt !== null && decidedAt - intendedAt >= finishedAfterMs;
