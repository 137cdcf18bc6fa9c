import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";
import { policyOption, stateOptions } from "./cleanup-options.ts";

export const plan: Verb = {
  name: "plan",
  summary: "what the clean-up policies would stop, with the evidence; stops nothing",
  description:
    "Reads every session once, gathers evidence of the idle ones (usage records, calls), decides about each by the policy file (docs/policy.md), and shows what would be stopped and why, which leaks cannot be proved and what to turn on, and how all others were decided. The plan is kept in the state, so that `sandmeter apply` stops exactly what it says, and nothing else.",
  options: [
    policyOption,
    { flags: "--out <file>", description: "write the plan to a file too, as JSON" },
    ...awsOptions,
    ...stateOptions,
    { flags: "--json", description: "write JSON, which `apply` takes too (docs/schemas/plan.schema.json)" },
  ],
  examples: [
    { command: "sandmeter plan", does: "what sandmeter.policy.yaml would stop now" },
    { command: "sandmeter plan --regions all --out plan.json", does: "the same everywhere, kept for approval" },
    { command: "sandmeter plan --policy strict.yaml --json", does: "another policy file, for scripts" },
  ],
  check: async () => (await import("../cleanup/run-plan.ts")).checkPlan,
  load: async () => (await import("../cleanup/run-plan.ts")).runPlan,
};
