import type { Target } from "../inventory/target.ts";
import type { InterpreterId, SessionId } from "../kernel/ids.ts";
import type { Instant } from "../kernel/instant.ts";
import type { ReadEffort } from "../ports/effort.ts";
import type { SendEvents } from "../ports/events.ts";
import type { PublishMetrics } from "../ports/metrics.ts";
import type { Registry } from "../ports/registry.ts";
import type { AlertRule } from "../quota/alert-rule.ts";
import type { TargetScan } from "./scan-outcome.ts";

/** The timeout of a session that an earlier pass looked up; null where it is not known, and must be looked up. */
export type KnownTimeout = (interpreter: InterpreterId, session: SessionId) => number | null;

export interface ObservePorts {
  /** The scan of one target. A known timeout spares the look-up of its session. */
  readonly scanTarget: (
    now: Instant,
    target: Target,
    knownTimeout: KnownTimeout,
    signal: AbortSignal,
  ) => Promise<TargetScan>;
  readonly registry: Registry;
  readonly publishMetrics: PublishMetrics;
  readonly sendEvents: SendEvents;
  readonly readEffort: ReadEffort;
}

export interface ObserveInput {
  readonly targets: readonly Target[];
  /** False: keep state, tell nobody. Events stay in the outbox for the first pass that publishes. */
  readonly publish: boolean;
  readonly rule: AlertRule;
  /**
   * A session of which only "seen again" is news is written no more often than this. 0 writes at each pass; where a
   * write costs money, ten minutes widen the bounds of its final cost by no more than that.
   */
  readonly rememberSeenEveryMs: number;
}
