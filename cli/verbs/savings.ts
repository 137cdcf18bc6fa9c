import type { Verb } from "../verb.ts";
import { stateOptions } from "./cleanup-options.ts";

export const savings: Verb = {
  name: "savings",
  summary: "what stopped sessions would have cost, within bounds, regrets and the monitor's cost taken off",
  description:
    "Adds up what the stops of a window saved: the time that was left to each session up to its time limit, at the rate of its memory. The low bound goes by the memory that is known, the high one by the session's peak where its bill has it for good, else by all that a sandbox can have. What `watch --policy` found regretted is taken off, and what the monitor itself costs where cleanup.monitorUsdPerMonth says so. Needs no AWS, unless the state is a deployment's. See docs/cleanup.md.",
  options: [
    { flags: "--from <time>", description: "a day or a whole hour of UTC (default: the first of this month)" },
    { flags: "--to <time>", description: "the same, not part of the window (default: the end of this hour)" },
    { flags: "--month <month>", description: "a whole month, such as 2026-11" },
    { flags: "--last <duration>", description: "up to now, such as 24h or 7d" },
    {
      flags: "--group-by <list>",
      description: "account, region, interpreter, policy; empty: the total alone (default: policy)",
    },
    ...stateOptions.filter(({ flags }) => !flags.startsWith("--history")),
    { flags: "--history <place>", description: "a folder or s3://bucket/prefix (default: beside the state)" },
    { flags: "--profile <name>", description: "profile of the shared AWS configuration, with --table" },
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--json", description: "write JSON, with each stop (docs/schemas/savings.schema.json)" },
  ],
  examples: [
    { command: "sandmeter savings", does: "what stops saved this month, by policy" },
    { command: "sandmeter savings --last 7d --group-by interpreter,region", does: "a week by interpreter and Region" },
    { command: "sandmeter savings --month 2026-11 --json", does: "each stop of November with its bounds, for scripts" },
  ],
  check: async () => (await import("../savings/run-savings.ts")).checkSavings,
  load: async () => (await import("../savings/run-savings.ts")).runSavings,
};
