/** Records could not be written to disk, or read back: the whole result would lack them, so that there is none. */
export class SpillError extends Error {
  /** The system's code, for example `ENOSPC`. */
  readonly code: string;
  constructor(code: string, options?: ErrorOptions) {
    super(`records could not be spilled to disk (${code})`, options);
    this.name = "SpillError";
    this.code = code;
  }
}

/** Runs what works on a spill file. What fails there is no failure of the input that was being read. */
export function onSpillFile<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as { code?: unknown } | null)?.code;
    if (typeof code === "string") throw new SpillError(code, { cause: error });
    throw error;
  }
}
