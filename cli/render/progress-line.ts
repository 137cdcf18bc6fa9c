import type { Terminal } from "../terminal.ts";
import { cutTo } from "./table.ts";

/** How far something has come, on standard error: a line that is redrawn on a terminal, else one now and then. */
export interface ProgressLine {
  readonly show: (text: () => string) => void;
  readonly clear: () => void;
}

const redrawEveryMs = 80;
/** Where nothing can be redrawn, as in the log of a job: often enough to tell that it lives. */
const writeEveryMs = 10_000;

/** `nowMs` is of any clock that only goes on. */
export function progressLine(
  terminal: Pick<Terminal, "err" | "interactive" | "columns">,
  nowMs: () => number = () => performance.now(),
): ProgressLine {
  // What is over within seconds needs no line in a log.
  let shownAt = terminal.interactive ? Number.NEGATIVE_INFINITY : nowMs();
  let isDrawn = false;
  let written = "";
  return {
    show: (text) => {
      const now = nowMs();
      if (now - shownAt < (terminal.interactive ? redrawEveryMs : writeEveryMs)) return;
      shownAt = now;
      isDrawn = terminal.interactive;
      const line = text();
      // A log that repeats itself says nothing; what changes is written.
      if (!terminal.interactive && line === written) return;
      written = line;
      terminal.err(terminal.interactive ? `\r\u001b[K${cutTo(line, Math.max(20, terminal.columns - 1))}` : `${line}\n`);
    },
    clear: () => {
      if (isDrawn) terminal.err("\r\u001b[K");
      isDrawn = false;
    },
  };
}
