import type { Instant } from "../kernel/instant.ts";
import type { Usd } from "../kernel/money.ts";
import type { BoundedCost } from "./bounded-cost.ts";

/** A figure that was metered or shared out: both bounds are the figure. */
interface KnownCost {
  readonly basis: "rated" | "allocated";
  readonly low: Usd;
  readonly high: Usd;
  readonly final: boolean;
  /** Up to when usage is in it: records come late. */
  readonly asOf: Instant;
}

/** What a session costs so far, as well as it is known. */
export type SessionCost = BoundedCost | KnownCost;
