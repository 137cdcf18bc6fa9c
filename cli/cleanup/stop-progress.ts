import type { EntryOutcome } from "../../core/cleanup/stop/stop-outcome.ts";
import { progressLine } from "../render/progress-line.ts";
import type { Terminal } from "../terminal.ts";

/** How far looks and stops have come, on one line: each may take seconds, and there may be hundreds. */
export interface StopProgress {
  readonly looked: () => void;
  readonly came: (outcome: EntryOutcome) => void;
  readonly clear: () => void;
}

export function stopProgress(terminal: Terminal, sessions: number): StopProgress {
  const looking = progressLine(terminal);
  const stopping = progressLine(terminal);
  let looked = 0;
  const counts = { done: 0, stopped: 0 };
  return {
    looked: () => {
      looked += 1;
      looking.show(() => `Looking: ${looked} of ${sessions} sessions`);
    },
    came: ({ kind }) => {
      counts.done += 1;
      if (kind === "stopped" || kind === "already-gone") counts.stopped += 1;
      stopping.show(() => `Stopping: ${counts.done} of ${sessions} sessions, ${counts.stopped} have ended`);
    },
    clear: () => {
      looking.clear();
      stopping.clear();
    },
  };
}
