import type { Instant } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";

/** Units as CloudWatch spells them. */
export type MetricUnit = "Count" | "Percent" | "Seconds" | "Milliseconds" | "None";

/** One value of one metric. An unknown value has no datum at all: a datum of 0 would be a claim. */
export interface MetricDatum {
  readonly name: string;
  readonly unit: MetricUnit;
  readonly dimensions: readonly (readonly [name: string, value: string])[];
  readonly at: Instant;
  readonly value: number;
}

/** Publishes data in the product's namespace; problems say what did not arrive. */
export type PublishMetrics = (data: readonly MetricDatum[], signal: AbortSignal) => Promise<readonly Problem[]>;
