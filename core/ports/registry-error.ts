export type RegistryErrorCode = "corrupt" | "newer-version" | "busy" | "unreachable" | "denied" | "too-large";

/** What adapters of the registry, the ledger, documents and history throw. The message says what happened, where, and what to do. */
export class RegistryError extends Error {
  readonly code: RegistryErrorCode;
  /** Whether the next pass may well succeed without anybody doing anything. */
  readonly retryable: boolean;
  constructor(code: RegistryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "RegistryError";
    this.code = code;
    this.retryable = code === "busy" || code === "unreachable";
  }
}
