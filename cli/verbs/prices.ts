import type { Verb } from "../verb.ts";

export const prices: Verb = {
  name: "prices",
  arguments: "[what] [file]",
  summary: "show the prices in force and where they come from; import an AWS price list",
  description:
    "`prices show` says which rates and memory rule are in force in each Region, and which layer they come from: built in, the configuration, or a file. `prices import FILE` reads an offer file of the AWS Price List (AmazonBedrockAgentCore, JSON or CSV), offline, and says which rows are new; with --out it writes them to a price file.",
  options: [
    { flags: "--region <name>", description: "show: only this Region" },
    { flags: "--at <instant>", description: "show: in force then, such as 2026-11-20T12:00:00Z (default: the clock)" },
    { flags: "--all", description: "show: every row, not only those in force" },
    { flags: "--prices <file>", description: "a price file laid over the built-in and configured prices" },
    { flags: "--rule <rule>", description: "import: 2025-10 or 2026-09 (default: that of the row before)" },
    { flags: "--out <file>", description: "import: the price file to write new rows to; rows that it has stay" },
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--json", description: "write JSON (docs/schemas/prices-show.schema.json, prices-import.schema.json)" },
  ],
  examples: [
    { command: "sandmeter prices show", does: "what a vCPU-hour and a GB-hour cost now, in every Region" },
    { command: "sandmeter prices show --region eu-west-1 --all", does: "every row of one Region" },
    { command: "sandmeter prices import offer.json", does: "what an offer file would change" },
    { command: "sandmeter prices import offer.json --out prices.json", does: "the same, written to a price file" },
  ],
  check: async () => (await import("../prices/run-prices.ts")).checkPrices,
  load: async () => (await import("../prices/run-prices.ts")).runPrices,
};
