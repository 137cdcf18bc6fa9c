import { closeSync, openSync, readSync, statSync } from "node:fs";

/** An input as the user named it, for messages, and as the system finds it. The name `-` is the standard input. */
export interface InputName {
  readonly name: string;
  readonly path: string;
}

/** How an input is to be read. `ranges`: any stretch of it by itself. `stream`: from its first byte on. */
export interface InputFile {
  readonly input: InputName;
  readonly kind: "ranges" | "stream";
  /** What there is to read on disk; null where nobody knows. */
  readonly sizeBytes: number | null;
}

/** An input that could not be read, or not to its end. */
export interface InputFailure {
  readonly file: string;
  /** The system's code, for example `ENOENT`. */
  readonly code: string;
  readonly message: string;
}

/** Looks at a file. Gzip is known by its first two bytes, whatever the name. */
export function inspectInput(input: InputName): InputFile | InputFailure {
  const { name, path } = input;
  if (name === "-") return { input, kind: "stream", sizeBytes: null };
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return failureOf(name, { code: "EISDIR" });
    // A pipe must not be opened twice: its writer would lose its reader.
    if (!stat.isFile() || stat.size === 0) return { input, kind: "stream", sizeBytes: null };
    return { input, kind: startsAsGzip(path) ? "stream" : "ranges", sizeBytes: stat.size };
  } catch (error) {
    return failureOf(name, error);
  }
}

function startsAsGzip(path: string): boolean {
  const file = openSync(path, "r");
  try {
    const magic = new Uint8Array(2);
    readSync(file, magic, 0, 2, 0);
    return isGzip(magic);
  } finally {
    closeSync(file);
  }
}

export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

const sentences: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "this user may not read it",
  EISDIR: "it is a folder: name the files in it",
  Z_DATA_ERROR: "its gzip data is damaged",
  Z_BUF_ERROR: "its gzip data ends too early",
};

/** Throws what is no failure of the system or of the data. */
export function failureOf(file: string, error: unknown): InputFailure {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code !== "string") throw error;
  const own = error instanceof Error ? error.message : code;
  return { file, code, message: sentences[code] ?? own };
}
