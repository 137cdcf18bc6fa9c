import { targetKey } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { SweptTarget } from "./sweep-ports.ts";

/**
 * In which order a pass stops in its targets. One cap holds for all of them together: by the same order each time, those at its end would
 * never have a turn while those before them have more to stop than it allows. Drawn anew for each instant, and the same for the same one.
 */
export const turnsOf = (
  found: readonly SweptTarget[],
  sha256: (text: string) => string,
  now: Instant,
): readonly SweptTarget[] =>
  found
    .map((one) => ({ one, lot: sha256(`${now} ${targetKey(one.target)}`) }))
    .toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
    .map(({ one }) => one);
