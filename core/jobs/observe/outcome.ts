import type { ScanHealth } from "../../inventory/scan-health.ts";
import type { Target } from "../../inventory/target.ts";
import type { Instant } from "../../kernel/instant.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { OutgoingEvent } from "../../ports/events.ts";
import type { MetricDatum } from "../../ports/metrics.ts";
import type { SessionRecord } from "../../ports/registry.ts";
import type { QuotaAlert } from "../../quota/alert.ts";
import type { TargetScan } from "../scan/outcome.ts";

/**
 * What became of an event of this pass or of an earlier one. `withheld`: publishing is off. `unsent`: it stays in the
 * outbox, and the next pass sends it first.
 */
export interface EventDelivery {
  readonly event: OutgoingEvent;
  readonly result: "sent" | "unsent" | "withheld";
  /** Why it was not sent; null where it was, or was not to be. */
  readonly reason: string | null;
}

/**
 * One pass over one target.
 * `committed`: its findings are in the registry. `stale`: another run did the work of this pass meanwhile, so this one
 * told nobody anything. `failed`: the registry could not be read or written; see `problems`.
 */
export interface TargetPass {
  readonly target: Target;
  readonly state: "committed" | "stale" | "failed";
  /** Null where the registry could not be read: then nothing was scanned. */
  readonly scan: TargetScan | null;
  /** Sessions seen for the first time. */
  readonly started: number;
  /** Sessions that a complete listing no longer had, with their final records. */
  readonly ended: readonly SessionRecord[];
  readonly alerts: readonly QuotaAlert[];
  readonly health: ScanHealth | null;
  /** What was published, or would have been. */
  readonly metrics: readonly MetricDatum[];
  readonly events: readonly EventDelivery[];
  /** What went wrong with its state or outbox; what went wrong in reading is in `scan.problems`. */
  readonly problems: readonly Problem[];
}

export interface PassOutcome {
  readonly asOf: Instant;
  /** True where every target was read completely, committed and told: the heartbeat. */
  readonly complete: boolean;
  readonly targets: readonly TargetPass[];
  /** What went wrong for all targets together: metrics that did not arrive. */
  readonly problems: readonly Problem[];
}
