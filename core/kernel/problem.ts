/**
 * Something that could not be read or sent. A problem never stands for a figure: what it hides is unknown, not zero.
 * `code` is a closed set where Sandmeter names it and the service's own error name otherwise.
 */
export interface Problem {
  readonly code: string;
  /** One sentence: what happened, where, and what to do. Harmless to print once escaped. */
  readonly message: string;
  /** The API operation that failed, for example `ListCodeInterpreterSessions`. */
  readonly operation?: string;
}

/** A listing with what is missing from it. `complete` is false where items may be missing. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly problems: readonly Problem[];
  readonly complete: boolean;
}
