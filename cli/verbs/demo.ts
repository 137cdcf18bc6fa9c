import type { Verb } from "../verb.ts";

export const demo: Verb = {
  name: "demo",
  summary: "the whole monitor at work on the embedded AWS: no account, no network",
  description:
    "Starts the embedded AWS in this process with a fleet of sandbox sessions whose time runs faster, and watches it over real HTTP until Ctrl-C. Touches nothing of AWS, whatever credentials and settings this machine has.",
  options: [
    { flags: "--speed <number>", description: "seconds of the fleet's time in one of ours", default: "60" },
    { flags: "--every <duration>", description: "from one pass to the next, in the fleet's time", default: "60s" },
    { flags: "--passes <number>", description: "end after so many passes" },
    { flags: "--once", description: "one pass: print the scan, and what was published" },
    { flags: "--accounts-every <duration>", description: "how often costs are kept, in the fleet's time (5m)" },
    { flags: "--no-accounts", description: "read no usage records and keep no costs" },
    { flags: "--seed <n>", description: "makes the same fleet each time", default: "1" },
    { flags: "--json", description: "one line of JSON a pass, as `watch --json` writes it" },
  ],
  examples: [
    { command: "sandmeter demo", does: "a live view of a fleet that lives a minute a second" },
    { command: "sandmeter demo --once", does: "one pass, and what it told" },
    { command: "sandmeter demo --speed 600 --passes 60", does: "an hour of the fleet in six seconds, a line a pass" },
  ],
  check: async () => (await import("../demo/demo-options.ts")).checkDemo,
  load: async () => (await import("../demo/run-demo.ts")).runDemo,
};
