import { statSync } from "node:fs";
import path from "node:path";
import type { Terminal } from "../terminal.ts";

/** One line on standard error that is redrawn, on a terminal and for big input only. */
export interface RateProgress {
  readonly add: (bytes: number) => void;
  readonly clear: () => void;
}

const worthTellingBytes = 32 * 1024 * 1024;
const redrawEveryMs = 100;

export function rateProgress(files: readonly string[], terminal: Terminal): RateProgress {
  let read = 0;
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  const total = terminal.interactive ? totalBytes(files, terminal.cwd) : null;
  return {
    add: (bytes) => {
      read += bytes;
      const now = performance.now();
      if (!terminal.interactive || read < worthTellingBytes || now - drawnAt < redrawEveryMs) return;
      drawnAt = now;
      shown = true;
      const share =
        total === null ? "" : ` of ${megabytes(total)} (${Math.min(100, Math.floor((100 * read) / total))} %)`;
      terminal.err(`\r\u001b[KReading: ${megabytes(read)}${share}`);
    },
    clear: () => {
      if (shown) terminal.err("\r\u001b[K");
      shown = false;
    },
  };
}

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
