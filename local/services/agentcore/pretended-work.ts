import { between, hashText } from "../../fleet/random.ts";
import type { LocalSession } from "../../world.ts";

/** How long the code or command would have taken: as long as it says it sleeps, else a fraction of a second. */
export function pretendedMs(session: LocalSession, code: string): number {
  const slept = /\bsleep[ (]+(\d+(?:\.\d+)?)/.exec(code)?.[1];
  if (slept !== undefined) return Math.min(8 * 3600, Number(slept)) * 1000;
  return Math.round(between(50, 900, hashText(session.activity.seed, code.slice(0, 1000)), session.calls.length));
}
