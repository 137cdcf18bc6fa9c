import type { Instant } from "../kernel/instant.ts";
import type { Usd } from "../kernel/money.ts";

/** The cost of a session of which only its life is known: between an idle microVM and a full one, never a single figure. */
export interface BoundedCost {
  readonly basis: "bounded";
  /** 0 vCPU and the memory floor over the seconds alive; null where the Region has no price. */
  readonly low: Usd | null;
  /** All vCPU and all memory that the sandbox can have, over the seconds alive; null where the Region has no price. */
  readonly high: Usd | null;
  readonly final: boolean;
  readonly asOf: Instant;
}
