import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";
import { policyOption, publishOptions, stateOptions } from "./cleanup-options.ts";

export const stop: Verb = {
  name: "stop",
  arguments: "[sessions...]",
  summary: "stop sessions because you say so, whatever their policies say, with --yes",
  description:
    "For whoever is on call. Without --yes, shows what would be stopped, with what is known of each session, and stops nothing. With --yes, the same chain as `apply`: switch (`sandmeter arm`), protection, whether it lives, cap, intent, stop, and a look whether it ended. No policy and no breaker bars it, however many sessions there are: look at the count without --yes first. Who did it and why is kept in the record of each stop.",
  options: [
    { flags: "--interpreter <id>", description: "all live sessions of an interpreter, or only the named ones of it" },
    { flags: "--reason <text>", description: "why: kept with each stop" },
    { flags: "--yes", description: "stop them; without it this is a dry run" },
    {
      flags: "--override-protection",
      description: "stop protected sessions as well, but never those that cleanup.bounds.neverStop keeps",
    },
    policyOption,
    ...awsOptions,
    ...stateOptions,
    ...publishOptions,
    { flags: "--json", description: "write JSON (docs/schemas/stop.schema.json)" },
  ],
  examples: [
    {
      command: 'sandmeter stop 01M7YG7PCY6ZWFCVH1RMZ5JJW5 --reason "burns CPU, owner asked"',
      does: "what is known of it, and what would happen",
    },
    {
      command: 'sandmeter stop --interpreter etl-VbMl9Hi8I4 --reason "incident 4711" --yes',
      does: "stops all of its sessions",
    },
  ],
  check: async () => (await import("../cleanup/run-stop.ts")).checkStop,
  load: async () => (await import("../cleanup/run-stop.ts")).runStop,
};
