import type { DatedCost } from "../budget/dated-cost.ts";
import { type Instant, instant } from "../kernel/instant.ts";
import { compareUsd } from "../kernel/money.ts";

/**
 * The latest end of a life that is only bounded. A closed bill does not say the session's time limit, but the most that it
 * can have cost was made of it: the life ended before a sandbox of full size would have cost more.
 */
export function longestLife({ from, until, high, between }: Extract<DatedCost, { kind: "bounded" }>): Instant {
  const costsMore = (at: number): boolean => {
    const cost = between(from, instant(at)).high;
    // Without a price nothing follows from it.
    return cost !== null && high !== null && compareUsd(cost, high) > 0;
  };
  if (!costsMore(until)) return until;
  let [early, late] = [Number(from), Number(until)];
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (costsMore(middle)) late = middle;
    else early = middle;
  }
  return instant(late);
}
