import type { Terminal } from "../terminal.ts";
import { cutTo } from "./table.ts";

/** One line on standard error that is redrawn, on a terminal only. */
export interface ProgressLine {
  readonly show: (text: () => string) => void;
  readonly clear: () => void;
}

const redrawEveryMs = 80;

export function progressLine(terminal: Pick<Terminal, "err" | "interactive" | "columns">): ProgressLine {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    show: (text) => {
      const now = performance.now();
      if (!terminal.interactive || now - drawnAt < redrawEveryMs) return;
      drawnAt = now;
      shown = true;
      terminal.err(`\r\u001b[K${cutTo(text(), Math.max(20, terminal.columns - 1))}`);
    },
    clear: () => {
      if (shown) terminal.err("\r\u001b[K");
      shown = false;
    },
  };
}
