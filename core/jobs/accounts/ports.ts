import type { Attribution } from "../../attribution/attribution.ts";
import type { MeterSettings } from "../../billing/meter-rows.ts";
import type { PriceBook } from "../../billing/price-book.ts";
import type { Budget } from "../../budget/budget.ts";
import type { SandboxKind } from "../../inventory/sandbox-kind.ts";
import type { Target } from "../../inventory/target.ts";
import type { Documents } from "../../ports/documents.ts";
import type { SendEvents } from "../../ports/events.ts";
import type { ReadInterpreterUsage } from "../../ports/interpreter-usage.ts";
import type { History, Ledger } from "../../ports/ledger.ts";
import type { FollowTrail } from "../../ports/principals.ts";
import type { Registry } from "../../ports/registry.ts";
import type { ListEndedSessions, ReadTags, SandboxReader } from "../../ports/sandboxes.ts";
import type { UsageSource } from "../../ports/usage-source.ts";

export interface AccountsPorts {
  readonly sandboxes: Pick<SandboxReader, "listInterpreters" | "getSession">;
  readonly listEndedSessions: ListEndedSessions;
  readonly readTags: ReadTags;
  readonly readInterpreterUsage: ReadInterpreterUsage;
  readonly kind: SandboxKind;
  readonly usage: UsageSource;
  /** What the passes of the scan saw: names, starts, time limits and ends. Sessions that none of them saw are added to it. */
  readonly registry: Pick<Registry, "load" | "goneSince" | "addGone">;
  readonly ledger: Ledger;
  readonly history: History;
  readonly documents: Documents;
  /** Data events that say who started a session; null: nobody knows. */
  readonly trail: FollowTrail | null;
  readonly sendEvents: SendEvents;
  readonly onProgress?: (progress: AccountsProgress) => void;
}

export interface AccountsProgress {
  readonly target: Target;
  readonly stage: "listing" | "reading" | "settling";
  /** Lines of usage logs read so far. */
  readonly lines: number;
}

export interface AccountsInput {
  readonly targets: readonly Target[];
  /** What a Region that the account has not enabled is: `skip` where all Regions were asked for, `fail` where it was named. */
  readonly notEnabled: "skip" | "fail";
  readonly prices: PriceBook;
  readonly meter: MeterSettings;
  readonly attribution: Attribution;
  readonly budgets: readonly Budget[];
  /** False: keep the ledger, tell nobody; events stay until a pass that publishes. */
  readonly publish: boolean;
  /** How far back the first reading of a place goes, of usage records or of a trail. */
  readonly backfillMs: number;
  /** With more live sessions than this in a target, its usage is summed up where it is instead of read row by row. */
  readonly aggregateAbove: number;
}
