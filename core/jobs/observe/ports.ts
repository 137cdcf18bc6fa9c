import type { SandboxKind } from "../../inventory/sandbox-kind.ts";
import type { ReadEffort } from "../../ports/effort.ts";
import type { SendEvents } from "../../ports/events.ts";
import type { PublishMetrics } from "../../ports/metrics.ts";
import type { Outbox } from "../../ports/outbox.ts";
import type { Registry } from "../../ports/registry.ts";
import type { AlertRule } from "../../quota/alert-rule.ts";
import type { ScanInput } from "../scan/input.ts";
import type { scan } from "../scan/scan.ts";

export interface ObservePorts {
  readonly scan: ReturnType<typeof scan>;
  readonly kind: SandboxKind;
  readonly registry: Registry;
  readonly outbox: Outbox;
  readonly publishMetrics: PublishMetrics;
  readonly sendEvents: SendEvents;
  readonly readEffort: ReadEffort;
}

export interface ObserveInput extends Pick<ScanInput, "targets" | "prices" | "gb" | "limitOverrides" | "notEnabled"> {
  /** False: keep state, tell nobody. Events stay in the outbox for the first pass that publishes. */
  readonly publish: boolean;
  readonly rule: AlertRule;
  /**
   * A session of which only "seen again" is news is written no more often than this. 0 writes at each pass; where a
   * write costs money, ten minutes widen the bounds of its final cost by no more than that.
   */
  readonly rememberSeenEveryMs: number;
  /** How many new sessions of a target a pass looks up at most, where it must end in time; absent: all. */
  readonly lookUpsAtMost?: number;
}
