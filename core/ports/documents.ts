/** A text that is kept by name. `revision` 0 was never written. */
export interface Document {
  readonly revision: number;
  readonly text: string;
}

/** Small states that are no session and no target, such as the alert state of a budget. One contract suite holds for every adapter. */
export interface Documents {
  readonly read: (name: string) => Promise<Document | null>;
  /** Answers `stale`, and writes nothing, where the stored revision is not the one of `document`, which was read; the stored one is then one higher. */
  readonly write: (name: string, document: Document) => Promise<"written" | "stale">;
}
