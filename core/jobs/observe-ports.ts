import type { BoundedCost } from "../billing/bounded-cost.ts";
import type { Target } from "../inventory/target.ts";
import type { Instant } from "../kernel/instant.ts";
import type { ReadEffort } from "../ports/effort.ts";
import type { SendEvents } from "../ports/events.ts";
import type { PublishMetrics } from "../ports/metrics.ts";
import type { Outbox } from "../ports/outbox.ts";
import type { Registry } from "../ports/registry.ts";
import type { AlertRule } from "../quota/alert-rule.ts";
import type { ScanInput, scan } from "./scan.ts";

export interface ObservePorts {
  readonly scan: ReturnType<typeof scan>;
  /** What one sandbox costs from one instant until another: pure, and bound to a price book by the caller. */
  readonly costBetween: (target: Target, from: Instant, until: Instant) => BoundedCost;
  readonly registry: Registry;
  readonly outbox: Outbox;
  readonly publishMetrics: PublishMetrics;
  readonly sendEvents: SendEvents;
  readonly readEffort: ReadEffort;
}

export interface ObserveInput extends Pick<ScanInput, "targets" | "limitOverrides" | "notEnabled" | "notes"> {
  /** False: keep state, tell nobody. Events stay in the outbox for the first pass that publishes. */
  readonly publish: boolean;
  readonly rule: AlertRule;
  /**
   * A session of which only "seen again" is news is written no more often than this. 0 writes at each pass; where a
   * write costs money, ten minutes widen the bounds of its final cost by no more than that.
   */
  readonly rememberSeenEveryMs: number;
}
