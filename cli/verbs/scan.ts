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
    { flags: "--fail-on <state>", description: "exit 3 where a quota is at `warning` or `critical`, or beyond" },
    { flags: "--json", description: "write JSON (docs/schemas/scan.schema.json)" },
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
    { command: "sandmeter scan --state", does: "costs so far from usage records, where `watch` has read them" },
    { command: "sandmeter scan --interpreters", does: "what interpreters exist, and how many sessions each has" },
  ],
  check: async () => (await import("../scan/scan-flags.ts")).checkScan,
  load: async () => (await import("../scan/run-scan.ts")).runScan,
};
