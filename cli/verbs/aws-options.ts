import type { VerbOption } from "../verb.ts";

/** What every verb that reads AWS takes. */
export const awsOptions: readonly VerbOption[] = [
  {
    flags: "--regions <list>",
    description: "Regions separated by commas, or `all`: every one that has Code Interpreter (default: the profile's)",
  },
  { flags: "--profile <name>", description: "profile of the shared AWS configuration" },
  { flags: "--rate-share <percent>", description: "our part of each operation's request rate (default: 20)" },
  {
    flags: "--requests-per-second <number>",
    description: "the request rate that each operation allows in all (default: 30)",
  },
  { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
];
