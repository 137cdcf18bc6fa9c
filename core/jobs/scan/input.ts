import type { GbUnit } from "../../billing/gigabyte.ts";
import type { PriceBook } from "../../billing/price-book.ts";
import type { SandboxKind } from "../../inventory/sandbox-kind.ts";
import type { Target } from "../../inventory/target.ts";
import type { InterpreterId, SessionId } from "../../kernel/ids.ts";
import type { Problem } from "../../kernel/problem.ts";
import type { ReadQuotaLimits } from "../../ports/quota-limits.ts";
import type { SandboxReader } from "../../ports/sandboxes.ts";
import type { LimitOverride } from "../../quota/limits.ts";
import type { QuotaThresholds } from "../../quota/thresholds.ts";

export interface ScanPorts {
  readonly sandboxes: SandboxReader;
  readonly readQuotaLimits: ReadQuotaLimits;
  readonly kind: SandboxKind;
  readonly onProgress?: (progress: ScanProgress) => void;
}

export interface ScanInput {
  readonly targets: readonly Target[];
  readonly prices: PriceBook;
  readonly gb: GbUnit;
  readonly thresholds: QuotaThresholds;
  readonly limitOverrides: readonly LimitOverride[];
  /** What a Region that the account has not enabled is: `skip` where all Regions were asked for, `fail` where it was named. */
  readonly notEnabled: "skip" | "fail";
  /** Only this interpreter's sessions; null: all. */
  readonly interpreter: InterpreterId | null;
  /** Which things are looked up one by one: sessions for their timeout, interpreters for their network mode. */
  readonly lookUp: {
    readonly sessions: boolean;
    readonly interpreters: boolean;
    /**
     * At most this many sessions of a target, where the pass must end in time; without end where absent. Those beyond
     * are listed with their timeout unknown, and it is said; a later pass that knows the others goes on with them.
     */
    readonly sessionsAtMost?: number;
  };
  /**
   * The timeout of a session that an earlier pass looked up, or null: then this pass looks it up. A timeout never changes,
   * so that a session costs one look-up in its life.
   */
  readonly knownTimeout: (target: Target, interpreter: InterpreterId, session: SessionId) => number | null;
  /** What the caller found out about the pass as a whole; handed on. */
  readonly notes: readonly Problem[];
}

/** How far the reading of one target has come. `interpreters` is null until their listing has ended. */
export interface ScanProgress {
  readonly target: Target;
  readonly interpreters: number | null;
  readonly interpretersRead: number;
  readonly sessionsListed: number;
  readonly sessionsRead: number;
  readonly ended: boolean;
}
