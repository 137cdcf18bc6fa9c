import type { VerbOption } from "../verb.ts";

/** Where what `watch` and clean-up remember is kept. */
export const stateOptions: readonly VerbOption[] = [
  { flags: "--state <file>", description: "the state file (default: that of `watch`, in its usual place)" },
  {
    flags: "--table <name>",
    description: "the table of a deployment instead of a state file, in the Region of the environment or the profile",
  },
  { flags: "--history <place>", description: "with --table: the deployment's s3://bucket/prefix" },
];

export const policyOption: VerbOption = {
  flags: "--policy <file>",
  description: "the policy file (default: the configuration's, or sandmeter.policy.yaml)",
};

/** Where those that are told hear of stops. */
export const publishOptions: readonly VerbOption[] = [
  { flags: "--publish-region <region>", description: "with --yes: where events go (default: the profile's Region)" },
  { flags: "--no-publish", description: "tell nobody what is to be stopped, and what was" },
];
