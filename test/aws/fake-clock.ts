import type { MonotonicClock } from "../../adapters/aws/pacer.ts";

export interface FakeClock extends MonotonicClock {
  /** Runs what is due, in order, up to that moment. */
  readonly advance: (ms: number) => Promise<void>;
  readonly waiting: () => number;
}

/** Stands still until it is advanced. */
export function fakeClock(): FakeClock {
  let now = 0;
  let due: { readonly at: number; readonly run: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  return {
    now: () => now,
    after: (ms, run) => {
      const entry = { at: now + ms, run };
      due.push(entry);
      return () => {
        due = due.filter((other) => other !== entry);
      };
    },
    waiting: () => due.length,
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (;;) {
        const next = due.filter((entry) => entry.at <= until).toSorted((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        due = due.filter((entry) => entry !== next);
        now = Math.max(now, next.at);
        next.run();
        await settle();
      }
      now = until;
    },
  };
}
