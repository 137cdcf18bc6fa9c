import { instant } from "../core/kernel/instant.ts";
import type { Clock } from "../core/ports/clock.ts";

/** The one place where the command line reads the time. */
export const systemClock: Clock = {
  now: () => instant(Date.now()),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
    }),
};
