import type { Target } from "../../inventory/target.ts";
import type { ScanProgress } from "./input.ts";

/** Counts what was read of one target, and tells. */
export interface ProgressCounter {
  readonly listed: (interpreters: number) => void;
  readonly interpreterRead: () => void;
  readonly sessionsListed: (sessions: number) => void;
  readonly sessionRead: () => void;
  readonly ended: () => void;
}

export function progressOf(target: Target, tell: ((progress: ScanProgress) => void) | undefined): ProgressCounter {
  let state: ScanProgress = {
    target,
    interpreters: null,
    interpretersRead: 0,
    sessionsListed: 0,
    sessionsRead: 0,
    ended: false,
  };
  const change = (part: Partial<ScanProgress>): void => {
    state = { ...state, ...part };
    tell?.(state);
  };
  return {
    listed: (interpreters) => change({ interpreters }),
    interpreterRead: () => change({ interpretersRead: state.interpretersRead + 1 }),
    sessionsListed: (sessions) => change({ sessionsListed: state.sessionsListed + sessions }),
    sessionRead: () => change({ sessionsRead: state.sessionsRead + 1 }),
    ended: () => change({ ended: true }),
  };
}
