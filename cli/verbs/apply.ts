import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";
import { policyOption, publishOptions, stateOptions } from "./cleanup-options.ts";

export const apply: Verb = {
  name: "apply",
  arguments: "[plan]",
  summary: "stop exactly what a plan says, with --yes",
  description:
    "Without --yes, says what the plan would stop and stops nothing. With --yes, takes each session of the plan through the chain: the plan is in force and as it was made, its policy enforces and has not changed, breaker, switch (`sandmeter arm`), protection, one more look at the session with fresh evidence, cap, intent, stop, and a look whether it ended. Entries that any link refuses are told one by one, and the others go on. Exit code 4 where some were refused, 1 where all were.",
  options: [
    { flags: "--yes", description: "stop them; without it this is a dry run" },
    policyOption,
    ...awsOptions.filter(({ flags }) => !flags.startsWith("--regions")),
    ...stateOptions,
    ...publishOptions,
    { flags: "--json", description: "write JSON (docs/schemas/apply.schema.json)" },
  ],
  examples: [
    { command: "sandmeter apply plan.json", does: "what the plan would stop" },
    { command: "sandmeter apply plan.json --yes", does: "stops exactly these" },
  ],
  check: async () => (await import("../cleanup/run-apply.ts")).checkApply,
  load: async () => (await import("../cleanup/run-apply.ts")).runApply,
};
