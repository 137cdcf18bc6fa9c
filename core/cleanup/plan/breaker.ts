import type { Breaker } from "../policy/policy.ts";

export interface BreakerCount {
  /** Stops of the target that were recorded within the breaker's window, whichever policy they are by; null where it is not known. */
  readonly stopped: number | null;
  /** Stops that are to be made now. */
  readonly planned: number;
  /** Sessions of the target that live, or were stopped within the window; null where not all of them are known. */
  readonly live: number | null;
}

export type BreakerAnswer =
  | { readonly kind: "closed" }
  /** Nothing at all is stopped, not just what is too many: so many stops are a mistake somewhere. */
  | {
      readonly kind: "tripped";
      readonly code: "max-stops" | "max-stops-pct" | "unknown-stops" | "unknown-live";
      readonly message: string;
    };

/** What is not known trips it, and so does one stop more than it allows. Without planned stops there is nothing to refuse. */
export function checkBreaker(
  { maxStops, maxStopsPct }: Breaker,
  { stopped, planned, live }: BreakerCount,
): BreakerAnswer {
  if (planned === 0) return { kind: "closed" };
  if (stopped === null) {
    return tripped("unknown-stops", "It is not known how many sessions were stopped within the breaker's window.");
  }
  if (live === null) return tripped("unknown-live", "It is not known how many sessions are live.");
  const total = stopped + planned;
  const counts = `${stopped} stopped within the window and ${planned} to be stopped`;
  if (!(total <= maxStops)) return tripped("max-stops", `${counts} are more than maxStops, ${maxStops}.`);
  // In integers: 20 % of 15 sessions are 3, and three stops are no more than that.
  if (!(total * 100 <= maxStopsPct * live)) {
    return tripped("max-stops-pct", `${counts} are more than maxStopsPct, ${maxStopsPct} % of ${live} live sessions.`);
  }
  return { kind: "closed" };
}

type TripCode = Extract<BreakerAnswer, { kind: "tripped" }>["code"];

const tripped = (code: TripCode, message: string): BreakerAnswer => ({ kind: "tripped", code, message });
