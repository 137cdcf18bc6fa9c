import { setTimeout as wait } from "node:timers/promises";
import { instant } from "../core/kernel/instant.ts";
import type { Clock } from "../core/ports/clock.ts";

/** The one place where a function reads the time: for what has to be checked at the moment of acting. */
export const functionClock: Clock = {
  now: () => instant(Date.now()),
  sleep: async (ms, signal) => {
    try {
      await wait(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  },
};
