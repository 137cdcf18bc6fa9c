import type { Verb } from "../verb.ts";

export const attribution: Verb = {
  name: "attribution",
  arguments: "[what]",
  summary: "check the attribution rules, and see which of them sets which label of a session",
  description:
    "`attribution check` reads the section `attribution` of the configuration and says, rule by rule, what it matches and sets. `attribution explain` takes what is known of a session and says which rule sets each label, and why the others do not match. Both are offline.",
  options: [
    { flags: "--name <text>", description: "explain: the session's name" },
    { flags: "--interpreter <id>", description: "explain: the interpreter's id" },
    { flags: "--account <id>", description: "explain: the account (default: 000000000000)" },
    { flags: "--region <name>", description: "explain: the Region (default: us-east-1)" },
    {
      flags: "--tag <key=value>",
      description: "explain: a tag of the interpreter (may be repeated; none: not known)",
      repeatable: true,
    },
    { flags: "--principal <arn>", description: "explain: who started the session, as CloudTrail says it" },
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--json", description: "write JSON (docs/schemas/attribution.schema.json)" },
  ],
  examples: [
    { command: "sandmeter attribution check", does: "every rule, once all of them are in order" },
    {
      command: "sandmeter attribution explain --name etl-nightly-7 --interpreter etl_runner-JVcygpdywt",
      does: "which rule gives such a session which team",
    },
  ],
  check: async () => (await import("../attribution/run-attribution.ts")).checkAttribution,
  load: async () => (await import("../attribution/run-attribution.ts")).runAttribution,
};
