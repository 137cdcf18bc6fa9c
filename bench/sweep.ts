import type { Bench, Figure } from "./bench.ts";
import { sweptDay } from "./swept-day.ts";

/** A day of a thousand sessions, every quarter of an hour of it swept. A shorter one of fewer is among the tests. */
export const sweepBench: Bench = {
  name: "sweep",
  about: "a day of clean-up over 1000 sessions, a good third of them leaks, held to the truth",
  run: benchSweep,
};

async function benchSweep(tell: (line: string) => void): Promise<readonly Figure[]> {
  const { figures, seconds } = await sweptDay("thousand", 24, tell);
  return [...figures, { what: "time of the day", value: seconds, unit: "s", atMost: 60 }];
}
