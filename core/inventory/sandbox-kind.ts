import type { SandboxSize } from "../billing/bounded-cost.ts";
import type { QuotaDefinition } from "../quota/definition.ts";

/** What differs between kinds of sandbox, as data: the code that reads, meters and decides is the same for all kinds. */
export interface SandboxKind {
  readonly name: string;
  /** What every sandbox of the kind can have at most. */
  readonly size: SandboxSize;
  readonly maxTimeoutSeconds: number;
  readonly quotas: readonly QuotaDefinition[];
  /** Regions known to have the kind, by partition (`aws`, `aws-us-gov`). */
  readonly regions: Readonly<Record<string, readonly string[]>>;
}
