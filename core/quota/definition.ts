/** What is counted against a quota. */
export type QuotaSubject = "ready-sessions" | "custom-interpreters";

/** A quota of a sandbox kind. The codes and built-in limits are data of the kind's adapter. */
export interface QuotaDefinition {
  readonly code: string;
  readonly name: string;
  readonly subject: QuotaSubject;
  /** The documented default, used when neither the applied nor the default value can be read. */
  readonly builtInLimit: number;
}

/** Where a limit came from, strongest first. */
export type LimitSource = "override" | "applied" | "default" | "built-in";

/** A limit that Service Quotas gave. */
export interface QuotaLimit {
  readonly code: string;
  readonly limit: number;
  readonly source: Exclude<LimitSource, "override">;
}
