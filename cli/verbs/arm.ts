import type { Verb } from "../verb.ts";
import { policyOption, stateOptions } from "./cleanup-options.ts";

const options: Verb["options"] = [
  { flags: "--why <text>", description: "kept with the switch, for whoever finds it later" },
  { flags: "--show", description: "how it is, and who said so; changes nothing" },
  ...stateOptions,
  {
    flags: "--profile <name>",
    description: "profile of the shared AWS configuration, where the switch is a parameter",
  },
  { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
  { flags: "--json", description: "write JSON (docs/schemas/switch.schema.json)" },
];

export const arm: Verb = {
  name: "arm",
  summary: "allow stopping; nothing is stopped before, whatever policies say",
  description:
    "Arms the one switch of all clean-up, which is read before each stop: that of the state, or the parameter of Systems Manager that `cleanup.switch` of the configuration names. A fresh one is disarmed, and one that cannot be read stops nothing. Policies that are barred, as their stops were regretted, may stop again once it is armed anew.",
  options: [...options, policyOption],
  examples: [
    { command: 'sandmeter arm --why "plan of Monday approved"', does: "from now on policies that enforce may stop" },
    {
      command: "sandmeter arm --show",
      does: "whether it is armed, since when, by whom, and which policies are barred",
    },
  ],
  check: async () => (await import("../cleanup/run-switch.ts")).checkArm,
  load: async () => (await import("../cleanup/run-switch.ts")).runArm,
};

export const disarm: Verb = {
  name: "disarm",
  summary: "stop nothing from now on, in the middle of a run too",
  description:
    "Disarms the one switch of all clean-up. It is read before each stop, so that a run that is under way stops nothing more either. Works without any policy file.",
  options,
  examples: [
    { command: "sandmeter disarm", does: "nothing is stopped from now on" },
    { command: 'sandmeter disarm --why "incident 4711" --json', does: "the same with a reason, for scripts" },
  ],
  check: async () => (await import("../cleanup/run-switch.ts")).checkDisarm,
  load: async () => (await import("../cleanup/run-switch.ts")).runDisarm,
};
