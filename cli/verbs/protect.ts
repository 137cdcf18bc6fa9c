import type { Verb } from "../verb.ts";
import { stateOptions } from "./cleanup-options.ts";

export const protect: Verb = {
  name: "protect",
  arguments: "[id]",
  summary: "keep a session, an interpreter or names from being stopped for a while",
  description:
    "Protects a session or an interpreter by its id, or sessions by a pattern of their names, until the time is over; from then on policies hold again. It is read before each stop, and an event tells before it lapses. Times go by the service's clock, as `plan` and `apply` do, or by this machine's where AWS does not answer, which is said then. Protections that last belong into the policy file.",
  options: [
    { flags: "--name <pattern>", description: "a regular expression (RE2), found anywhere in the session's name" },
    { flags: "--for <duration>", description: "how long, such as 4h or 7d" },
    { flags: "--why <text>", description: "kept with it, for whoever finds it later" },
    { flags: "--remove", description: "take it away before its time" },
    { flags: "--list", description: "all that were made so, those too that lapsed within a day" },
    ...stateOptions,
    { flags: "--profile <name>", description: "profile of the shared AWS configuration, with --table" },
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--json", description: "write JSON (docs/schemas/protect.schema.json)" },
  ],
  examples: [
    {
      command: 'sandmeter protect 01M7YG7PCY6ZWFCVH1RMZ5JJW5 --for 4h --why "demo for the board"',
      does: "it is not stopped for four hours",
    },
    { command: 'sandmeter protect --name "^migration-" --for 2d --why "runs at night"', does: "by the session's name" },
    { command: "sandmeter protect --list", does: "what is protected, for how long, by whom and why" },
    { command: "sandmeter protect 01M7YG7PCY6ZWFCVH1RMZ5JJW5 --remove", does: "takes it away" },
  ],
  check: async () => (await import("../cleanup/run-protect.ts")).checkProtect,
  load: async () => (await import("../cleanup/run-protect.ts")).runProtect,
};
