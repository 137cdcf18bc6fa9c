import { targetKey } from "../../core/inventory/target.ts";
import type { LookProgress } from "../../core/jobs/sweep/evidence/evidence-ports.ts";
import { progressLine } from "../render/progress-line.ts";
import type { Terminal } from "../terminal.ts";

/** How far a pass has come with its looks at sessions, on one line: of hundreds of them they take minutes. */
export function lookProgress(terminal: Terminal): {
  readonly tell: (progress: LookProgress) => void;
  readonly clear: () => void;
} {
  const states = new Map<string, LookProgress>();
  const line = progressLine(terminal);
  return {
    tell: (progress) => {
      states.set(targetKey(progress.target), progress);
      line.show(() => {
        const all = [...states.values()];
        const sum = (figure: (state: LookProgress) => number): number =>
          all.reduce((total, state) => total + figure(state), 0);
        return `Clean-up: usage records of ${sum(({ looked }) => looked)} of ${sum((state) => state.of)} sessions read`;
      });
    },
    // The next pass looks anew.
    clear: () => {
      states.clear();
      line.clear();
    },
  };
}
