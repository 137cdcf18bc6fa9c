import type { Verb } from "../verb.ts";

export const rate: Verb = {
  name: "rate",
  arguments: "[files...]",
  summary: "meter USAGE_LOGS files and say what each session cost, offline",
  description:
    "Applies the published billing rule to the usage records in files of one JSON object per line, plain or gzip (known by content, not by name); `-` reads the standard input. Lines may come in any order and more than once. Lines that cannot be believed are set aside and counted.",
  options: [
    { flags: "--rule <rule>", description: "2025-10 or 2026-09, for all prices (default: each price's own, 2026-09)" },
    { flags: "--prices <file>", description: "prices laid over the built-in and configured ones" },
    { flags: "--config <file>", description: "configuration, for its prices (default: sandmeter.config.yaml)" },
    { flags: "--gb <unit>", description: "binary (2^30 bytes) or decimal (10^9)", default: "binary" },
    { flags: "--now <instant>", description: "records a day later than this are not believed (default: the clock)" },
    { flags: "--idle-level <vcpu>", description: "a record below this is idle", default: "0.02" },
    { flags: "--threads <n>", description: "threads to read with", default: "1" },
    { flags: "--memory-limit <mb>", description: "records kept in memory; more spill to disk", default: "256" },
    { flags: "--temp <folder>", description: "where they spill (default: the system's folder for temporary files)" },
    { flags: "--top <n>", description: "sessions shown in the table, the costliest first", default: "20" },
    { flags: "--all-problems", description: "list every line set aside, not the first 1000 (20 in the table)" },
    { flags: "--json", description: "write JSON (docs/schemas/rate.schema.json)" },
  ],
  examples: [
    { command: "sandmeter rate usage.ndjson", does: "what each session of one file cost" },
    { command: "sandmeter rate logs/*.gz --threads 4 --json > rated.json", does: "many files at once, for a program" },
    {
      command: "zstdcat usage.zst | sandmeter rate - --rule 2025-10",
      does: "the standard input, by the older wording of the rule",
    },
  ],
  check: async () => (await import("../rate/run-rate.ts")).checkRate,
  load: async () => (await import("../rate/run-rate.ts")).runRate,
};
