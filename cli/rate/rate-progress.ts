import { statSync } from "node:fs";
import path from "node:path";
import { progressLine } from "../render/progress-line.ts";
import type { Terminal } from "../terminal.ts";

/** How far a rating has come, for big input only. */
export interface RateProgress {
  readonly add: (bytes: number) => void;
  readonly clear: () => void;
}

const worthTellingBytes = 32 * 1024 * 1024;

export function rateProgress(files: readonly string[], terminal: Terminal): RateProgress {
  const line = progressLine(terminal);
  const total = totalBytes(files, terminal.cwd);
  let read = 0;
  return {
    add: (bytes) => {
      read += bytes;
      if (read >= worthTellingBytes) line.show(() => `Reading: ${megabytes(read)}${shareOf(read, total)}`);
    },
    clear: line.clear,
  };
}

const shareOf = (read: number, total: number | null): string =>
  total === null ? "" : ` of ${megabytes(total)} (${Math.min(100, Math.floor((100 * read) / total))} %)`;

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1e6)} MB`;

/** Null where nobody knows: a pipe has no size. */
function totalBytes(files: readonly string[], folder: string): number | null {
  let total = 0;
  for (const name of files) {
    const stat = statSync(path.resolve(folder, name), { throwIfNoEntry: false });
    if (name === "-" || stat?.isFile() === false) return null;
    total += stat?.size ?? 0;
  }
  return total;
}
