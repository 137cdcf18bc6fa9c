import { targetKey } from "../../core/inventory/target.ts";
import type { ScanProgress } from "../../core/jobs/scan-input.ts";
import { cutTo } from "../render/table.ts";
import type { Terminal } from "../terminal.ts";

/** One line on standard error that is redrawn, on a terminal only. */
export interface ProgressLine {
  readonly tell: (progress: ScanProgress) => void;
  readonly clear: () => void;
}

const redrawEveryMs = 80;

export function scanProgress(terminal: Terminal): ProgressLine {
  const states = new Map<string, ScanProgress>();
  let drawnAt = Number.NEGATIVE_INFINITY;
  let shown = false;
  return {
    tell: (progress) => {
      states.set(targetKey(progress.target), progress);
      const now = performance.now();
      if (!terminal.interactive || now - drawnAt < redrawEveryMs) return;
      drawnAt = now;
      shown = true;
      terminal.err(`\r\u001b[K${cutTo(lineOf([...states.values()]), Math.max(20, terminal.columns - 1))}`);
    },
    clear: () => {
      if (shown) terminal.err("\r\u001b[K");
      shown = false;
    },
  };
}

function lineOf(states: readonly ScanProgress[]): string {
  const sum = (figure: (state: ScanProgress) => number): number =>
    states.reduce((total, state) => total + figure(state), 0);
  const ended = states.filter((state) => state.ended).length;
  const interpreters = `${sum((state) => state.interpretersRead)} of ${sum((state) => state.interpreters ?? 0)} interpreters`;
  const sessions = `${sum((state) => state.sessionsRead)} of ${sum((state) => state.sessionsListed)} sessions`;
  return `Reading: ${interpreters}, ${sessions}; ${ended} Regions done`;
}
