type HistoryErrorCode = "corrupt" | "busy" | "unreachable" | "denied" | "too-large";

/** What adapters of history throw. The message says what happened, where, and what to do. */
export class HistoryError extends Error {
  readonly code: HistoryErrorCode;
  /** Whether the next pass may well succeed without anybody doing anything. */
  readonly retryable: boolean;
  constructor(code: HistoryErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HistoryError";
    this.code = code;
    this.retryable = code === "busy" || code === "unreachable";
  }
}
