import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";

export const scan: Verb = {
  name: "scan",
  summary: "see every live sandbox session, what it costs, and how near the quotas are",
  description:
    "One read-only pass: lists the live sessions of every interpreter, looks each up once, bounds its cost, and sets the use of the quotas against their limits.",
  options: [
    ...awsOptions,
    { flags: "--interpreter <id>", description: "only the sessions of this interpreter" },
    { flags: "--interpreters", description: "show interpreters instead of sessions" },
    {
      flags: "--state [file]",
      description:
        "show metered costs from the ledger that `watch` keeps, instead of bounds (default: its usual place)",
    },
    { flags: "--older-than <duration>", description: "only sessions of a greater age, such as 30m or 4h" },
    { flags: "--sort <order>", description: "cost, age or id (default: by Region, the oldest first)" },
    { flags: "--fail-on <state>", description: "exit 3 where a quota is at `warning` or `critical`, or beyond" },
    { flags: "--format <format>", description: "table, json or csv, a line for each session (default: table)" },
    { flags: "--json", description: "the same as --format json (docs/schemas/scan.schema.json)" },
  ],
  examples: [
    { command: "sandmeter scan", does: "the Region of the profile" },
    {
      command: "sandmeter scan --regions us-east-1,eu-west-1 --fail-on critical",
      does: "two Regions; exit 3 when a quota is nearly used up",
    },
    {
      command: "sandmeter scan --regions all --json > scan.json",
      does: "every Region with built-in tools, for a program",
    },
    {
      command: "sandmeter scan --older-than 4h --sort cost",
      does: "what has run for long, the costliest first; their cost is summed up, and quotas are those of all",
    },
    { command: "sandmeter scan --state", does: "costs so far from usage records, where `watch` has read them" },
    { command: "sandmeter scan --interpreters", does: "what interpreters exist, and how many sessions each has" },
  ],
  check: async () => (await import("../scan/scan-flags.ts")).checkScan,
  load: async () => (await import("../scan/run-scan.ts")).runScan,
};
