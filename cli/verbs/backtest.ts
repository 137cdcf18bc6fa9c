import type { Verb } from "../verb.ts";
import { awsOptions } from "./aws-options.ts";
import { policyOption, stateOptions } from "./cleanup-options.ts";

export const backtest: Verb = {
  name: "backtest",
  summary: "what a clean-up policy would have stopped in recorded history; stops nothing",
  description:
    "Replays usage records, and calls where they are recorded, sweep by sweep, and decides about each session by what would have been known at that moment, exactly as `plan` does. Tells would-be stops, false ones (the session worked again), races, what could not be proved, and the dollars and slots that would have been freed, within bounds. Where no calls are recorded, CPU alone is replayed: such stops prove nothing, and are counted apart. See docs/backtest.md.",
  options: [
    policyOption,
    {
      flags: "--sweep <member=values>",
      description: "a row for each value of idleAfter, minAge or maxAge, such as idleAfter=5m,10m,30m",
      repeatable: true,
    },
    {
      flags: "--usage <place>",
      description: "usage records: a file, a folder, s3://bucket/prefix, or `aws`: where the account delivers them",
      repeatable: true,
    },
    {
      flags: "--calls <place>",
      description: "spans or application logs of all calls: a file, a folder, or `aws`: as the account has them",
      repeatable: true,
    },
    { flags: "--from <instant>", description: "from this moment on (default: the first record)" },
    { flags: "--to <instant>", description: "up to this moment (default: the last record)" },
    { flags: "--every <time>", description: "time between two sweeps", default: "5m" },
    { flags: "--lag <least-most>", description: "how long after its time a record came", default: "20m-60m" },
    {
      flags: "--delivery <how>",
      description: "streaming, at-teardown (not before a session's end), or at-teardown=ID,… for some interpreters",
      default: "streaming",
    },
    ...awsOptions,
    ...stateOptions,
    { flags: "--json", description: "write JSON (docs/schemas/backtest.schema.json)" },
    { flags: "--csv", description: "write the rows as CSV" },
  ],
  examples: [
    { command: "sandmeter backtest --usage logs/ --calls spans.ndjson", does: "the policies as they are, on files" },
    {
      command: "sandmeter backtest --usage logs/ --sweep idleAfter=5m,10m,30m",
      does: "what other values of idleAfter would have done",
    },
    {
      command: "sandmeter backtest --usage aws --calls aws --from 2026-11-19 --to 2026-11-20 --json",
      does: "a day of the account itself, for scripts",
    },
  ],
  check: async () => (await import("../backtest/run-backtest.ts")).checkBacktest,
  load: async () => (await import("../backtest/run-backtest.ts")).runBacktest,
};
