import type { CheckVerb, VerbInput } from "../verb.ts";
import { readWatchOptions, type WatchOptions } from "../watch/watch-options.ts";

export const checkDemo: CheckVerb = ({ options }) => Promise.resolve(readDemoOptions(options).problems);

export interface DemoOptions {
  readonly watch: WatchOptions;
  readonly speed: number;
  readonly seed: number;
}

const fastest = 3600;

export function readDemoOptions(options: VerbInput["options"]): {
  readonly demo: DemoOptions;
  readonly problems: readonly string[];
} {
  const { watch, problems } = readWatchOptions(options);
  const speed = Number(options["speed"]);
  const seed = Number(options["seed"]);
  return {
    demo: { watch, speed, seed },
    problems: [
      ...problems,
      ...(speed >= 1 && speed <= fastest
        ? []
        : [`--speed must be a number from 1 to ${fastest}, not "${String(options["speed"])}"`]),
      ...(Number.isSafeInteger(seed) && seed >= 0
        ? []
        : [`--seed must be a whole number from 0 on, not "${String(options["seed"])}"`]),
    ],
  };
}
