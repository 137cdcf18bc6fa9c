import type { Place, World } from "../../world.ts";
import type { MetricIdentity } from "./store.ts";

/** Who reads, and when. */
export interface Reading {
  readonly world: World;
  readonly place: Place;
  readonly now: number;
}

/** A metric over a span of time, in slices of one period. */
export interface Slices {
  readonly metric: MetricIdentity;
  /** Null: of every unit. CloudWatch does not say how it joins several units where none is named; here they are merged. */
  readonly unit: string | null;
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly periodMs: number;
}

/** A metric that a listing may show. */
export interface Listed {
  readonly metric: MetricIdentity;
  /** When its first datum came. */
  readonly firstAt: number;
  readonly latestAt: number;
}
