/** A file as it was when it was opened: a later replacement is not seen through it. */
export interface StoredFile {
  /** Tells this content from any other that the path had or will have. */
  readonly revision: string;
  readonly byteLength: number;
  readonly slice: (start: number, end?: number) => Promise<ArrayBuffer>;
  readonly close: () => Promise<void>;
}

/**
 * Where history's files are. One contract suite holds for a folder, S3 and memory. A file is there as a whole or not at all,
 * and is replaced under a condition, so that two writers never lose each other's rows. Paths are parts joined by `/`.
 */
export interface FileStore {
  /** Where this is, for messages. */
  readonly place: string;
  /** Paths with `from` < path < `until`, in the order of their code units. */
  readonly list: (from: string, until: string) => AsyncIterable<string>;
  readonly open: (path: string) => Promise<StoredFile | null>;
  /** Writes where the file still has `revision` (null: where there is none), and answers `stale` where it has not. */
  readonly put: (path: string, bytes: Uint8Array, revision: string | null) => Promise<"written" | "stale">;
}
