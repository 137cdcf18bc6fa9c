import type { Problem } from "../../core/kernel/problem.ts";
import { type DeliveredFile, type DeliveredFiles, untilMended } from "./delivered-files.ts";
import { FileFormatError } from "./file-format-error.ts";
import { failureOf } from "./input-file.ts";

/** What to tell of an error that came while a file was read; throws it again where it is a fault of the program. */
export function problemOfFile(files: DeliveredFiles, file: DeliveredFile, error: unknown): Problem {
  const where = files.place + file.name;
  const told = (code: string, what: string): Problem => ({
    code,
    message: `${where} (${file.sizeBytes} bytes) could not be read: ${what}; ${untilMended}.`,
  });
  if (error instanceof FileFormatError) return told("BadFile", error.message);
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code === "string" && /^(?:Z_|ERR_BUFFER_TOO_LARGE)/.test(code))
    return told("BadFile", failureOf(where, error).message);
  return files.problemOf(file, error);
}
