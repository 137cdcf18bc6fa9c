import type { QuotaDefinition } from "../quota/definition.ts";

/** The largest that one sandbox can be; a sandbox of this kind cannot be sized otherwise. */
export interface SandboxSize {
  readonly vCpus: number;
  /** In the unit that memory is billed in. */
  readonly memoryGb: number;
}

/** What differs between kinds of sandbox, as data: the code that reads, meters and decides is the same for all kinds. */
export interface SandboxKind {
  readonly name: string;
  readonly size: SandboxSize;
  readonly maxTimeoutSeconds: number;
  readonly quotas: readonly QuotaDefinition[];
  /** Regions known to have the kind, by partition (`aws`, `aws-us-gov`). */
  readonly regions: Readonly<Record<string, readonly string[]>>;
}
