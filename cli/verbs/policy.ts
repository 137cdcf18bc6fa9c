import type { Verb } from "../verb.ts";

export const policy: Verb = {
  name: "policy",
  arguments: "[what] [file]",
  summary: "check the clean-up policies, and see what is in force",
  description:
    "`policy check` reads a policy file (default: `cleanup.policy` of the configuration, else sandmeter.policy.yaml) within the bounds that the configuration sets, tells every problem at once with its line, shows what is in force with all defaults, and warns of policies that are shadowed or as specific as each other, and of protections that have expired or soon will. It is offline.",
  options: [
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--json", description: "write JSON (docs/schemas/policy-check.schema.json)" },
  ],
  examples: [
    { command: "sandmeter policy check", does: "what is in force, once the file is in order" },
    { command: "sandmeter policy check strict.yaml --json", does: "the same of another file, for scripts" },
  ],
  load: async () => (await import("../policy/run-policy.ts")).runPolicy,
};
