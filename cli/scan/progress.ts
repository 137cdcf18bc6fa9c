import { targetKey } from "../../core/inventory/target.ts";
import type { ScanProgress } from "../../core/jobs/scan/input.ts";
import { progressLine } from "../render/progress-line.ts";
import type { Terminal } from "../terminal.ts";

/** How far a scan has come, on one line. */
export interface ScanProgressLine {
  readonly tell: (progress: ScanProgress) => void;
  readonly clear: () => void;
}

export function scanProgress(terminal: Terminal): ScanProgressLine {
  const states = new Map<string, ScanProgress>();
  const line = progressLine(terminal);
  return {
    tell: (progress) => {
      states.set(targetKey(progress.target), progress);
      line.show(() => lineOf([...states.values()]));
    },
    clear: line.clear,
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
