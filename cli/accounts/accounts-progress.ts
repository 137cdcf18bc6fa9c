import { targetKey } from "../../core/inventory/target.ts";
import type { AccountsProgress } from "../../core/jobs/accounts/ports.ts";
import { progressLine } from "../render/progress-line.ts";
import type { Terminal } from "../terminal.ts";

/** How far the accounts have come, on one line: the first reading of a place may take minutes. */
export function accountsProgress(terminal: Terminal): {
  readonly tell: (progress: AccountsProgress) => void;
  readonly clear: () => void;
} {
  const states = new Map<string, AccountsProgress>();
  const line = progressLine(terminal);
  return {
    tell: (progress) => {
      states.set(targetKey(progress.target), progress);
      line.show(() => {
        const all = [...states.values()];
        const lines = all.reduce((sum, state) => sum + state.lines, 0);
        const settling = all.filter((state) => state.stage === "settling").length;
        const read = `Costs: ${lines} lines of usage logs read`;
        return settling === 0 ? read : `${read}; ${settling} of ${all.length} Regions being settled`;
      });
    },
    // The next pass reads and settles all of them anew.
    clear: () => {
      states.clear();
      line.clear();
    },
  };
}
