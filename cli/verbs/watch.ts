import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";

export const watch: Verb = {
  name: "watch",
  summary: "scan on a schedule, remember, publish metrics, and send events when a quota runs short",
  description:
    "Runs the same read-only pass again and again until Ctrl-C. Remembers each session in a local file (first and last seen, cost so far), reads the usage records of sessions into a ledger of exact costs that `sandmeter report` shows, publishes CloudWatch metrics (namespace Sandmeter), and sends an EventBridge event when the use of a quota crosses a threshold or a Region can no longer be read.",
  options: [
    ...awsOptions,
    { flags: "--every <duration>", description: "time from one pass to the next, such as 30s or 5m", default: "60s" },
    { flags: "--passes <number>", description: "end after so many passes" },
    { flags: "--once", description: "one pass (the same as --passes 1)" },
    { flags: "--state <file>", description: "where it remembers (default: the platform's state folder)" },
    {
      flags: "--history <place>",
      description: "where closed costs go: a folder or s3://bucket/prefix (default: beside the state)",
    },
    { flags: "--accounts-every <duration>", description: "how often usage records are read and costs are kept (5m)" },
    {
      flags: "--policy <file>",
      description:
        "clean up by these policies: observes, and stops only by those that enforce, once `sandmeter arm` allows it",
    },
    { flags: "--no-accounts", description: "read no usage records and keep no costs" },
    { flags: "--publish-region <region>", description: "where metrics and events go (default: the profile's Region)" },
    {
      flags: "--no-publish",
      description: "publish and send nothing: only keep state, and say what would have been sent",
    },
    { flags: "--json", description: "one line of JSON a pass (docs/schemas/watch-pass.schema.json)" },
  ],
  examples: [
    { command: "sandmeter watch", does: "the Region of the profile, every minute, until Ctrl-C" },
    {
      command: "sandmeter watch --regions us-east-1,eu-west-1 --every 5m --publish-region eu-west-1",
      does: "two Regions every five minutes, told in one",
    },
    { command: "sandmeter watch --no-publish --once", does: "shows what a pass would tell, and tells nobody" },
    {
      command: "sandmeter watch --policy sandmeter.policy.yaml",
      does: "the same, and tells which sessions the policies would stop, or stops them",
    },
    { command: "sandmeter watch --json --passes 10 >> passes.ndjson", does: "ten passes, one line of JSON each" },
  ],
  check: async () => (await import("../watch/run-watch.ts")).checkWatch,
  load: async () => (await import("../watch/run-watch.ts")).runWatch,
};
