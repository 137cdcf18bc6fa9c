import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";
import { policyOption, stateOptions } from "./cleanup-options.ts";

export const explain: Verb = {
  name: "explain",
  arguments: "[session]",
  summary: "why a session was stopped, or is kept: the decision with all its evidence",
  description:
    "Of a session that was stopped, shows the record of the stop: the decision, each piece of evidence with the time up to which it is known, the policy, who overrode what, and each attempt; and decides again from the record, to show that the same comes out. Of one that lives, gathers fresh evidence and decides now; stops nothing.",
  options: [
    policyOption,
    ...awsOptions,
    ...stateOptions,
    { flags: "--json", description: "write JSON (docs/schemas/explain.schema.json)" },
  ],
  examples: [
    { command: "sandmeter explain 01M7YG7PCY6ZWFCVH1RMZ5JJW5", does: "why it was stopped, or what keeps it" },
    { command: "sandmeter explain 01M7YG7PCY6ZWFCVH1RMZ5JJW5 --json", does: "the same, for scripts" },
  ],
  check: async () => (await import("../cleanup/run-explain.ts")).checkExplain,
  load: async () => (await import("../cleanup/run-explain.ts")).runExplain,
};
