import type { Verb } from "../verb.ts";

export const report: Verb = {
  name: "report",
  arguments: "[close]",
  summary: "what sessions cost, by any label and window: table, JSON, CSV or FOCUS",
  description:
    "Adds up what `sandmeter watch` has recorded: settled costs out of history, provisional ones of sessions that can still change, and bounds for those without a figure. Needs no AWS, unless history is in a bucket. `report close --month` freezes a month: what is restated later is shown as adjustments.",
  options: [
    { flags: "--from <time>", description: "a day or a whole hour of UTC (default: the first of this month)" },
    { flags: "--to <time>", description: "the same, not part of the window (default: the end of this hour)" },
    { flags: "--month <month>", description: "a whole month, such as 2026-11" },
    { flags: "--last <duration>", description: "up to now, such as 24h or 7d" },
    {
      flags: "--group-by <list>",
      description:
        "account, region, interpreter, name, session, principal, basis, day, hour, or labels of the attribution; empty: the total alone (default: interpreter)",
    },
    { flags: "--format <format>", description: "table, json, csv or focus (default: table)" },
    { flags: "--out <file>", description: "focus: the file to write, .csv or .parquet" },
    { flags: "--billing-account <id>", description: "focus: the account that pays (default: each account itself)" },
    { flags: "--top <number>", description: "how many of the sessions that cost most (default: 5)" },
    { flags: "--accounts <list>", description: "only these accounts" },
    { flags: "--regions <list>", description: "only these Regions" },
    { flags: "--budgets", description: "where each budget of the configuration stands, instead of costs" },
    { flags: "--state <file>", description: "the state file of `watch` (default: its usual place)" },
    {
      flags: "--table <name>",
      description: "the table of a deployment instead of a state file, in the Region of the environment or the profile",
    },
    { flags: "--history <place>", description: "a folder or s3://bucket/prefix (default: beside the state)" },
    { flags: "--profile <name>", description: "profile of the shared AWS configuration, where history is in a bucket" },
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--force", description: "close: although sessions are not settled, or the month was not read to its end" },
    {
      flags: "--json",
      description: "the same as --format json (docs/schemas/report.schema.json; of close: report-close.schema.json)",
    },
  ],
  examples: [
    { command: "sandmeter report", does: "this month by interpreter" },
    { command: "sandmeter report --last 7d --group-by team,day", does: "a week by team and day" },
    { command: "sandmeter report --month 2026-10 --group-by session --format csv", does: "a line for each session" },
    { command: "sandmeter report --format focus --out costs.parquet", does: "FOCUS 1.2 rows for a FinOps tool" },
    { command: "sandmeter report --budgets", does: "what was spent of each budget in its window, and its level" },
    { command: "sandmeter report close --month 2026-10", does: "freezes October" },
  ],
  check: async () => (await import("../report/run-report.ts")).checkReport,
  load: async () => (await import("../report/run-report.ts")).runReport,
};
