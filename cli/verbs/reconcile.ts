import type { Verb } from "../verb.ts";

export const reconcile: Verb = {
  name: "reconcile",
  summary: "hold what was metered against what AWS charged",
  description:
    "Compares the ledger of `sandmeter watch` with the bill, by account, Region and day: vCPU-hours and GB-hours first, then dollars, and what explains the difference. The bill is read from Cost Explorer, whose requests cost $0.01 each (one, and one for each account, and more where it answers in pages), or from files of a CUR 2.0 or FOCUS export. Exits with 3 where a Region lies outside of the band.",
  options: [
    { flags: "--month <month>", description: "such as 2026-11 (default: this month)" },
    { flags: "--from <day>", description: "only from this day of the month on, such as the one after recording began" },
    {
      flags: "--bill <file>",
      description:
        "CUR 2.0 or FOCUS, CSV or Parquet, instead of Cost Explorer; repeat it for an export of several files",
      repeatable: true,
    },
    { flags: "--band <percent>", description: "how far billed may be from metered, either way (default: 2)" },
    {
      flags: "--ignore-below <usd>",
      description: "dollars a day below which a ratio says nothing (default: 0.01)",
    },
    {
      flags: "--fail-on <what>",
      description: "drift (outside of the band), unexplained (and no explanation reaches it) or none (default: drift)",
    },
    { flags: "--accounts <list>", description: "only these accounts" },
    { flags: "--regions <list>", description: "only these Regions" },
    { flags: "--state <file>", description: "the state file of `watch` (default: its usual place)" },
    {
      flags: "--table <name>",
      description: "the table of a deployment instead of a state file, in the Region of the environment or the profile",
    },
    { flags: "--history <place>", description: "a folder or s3://bucket/prefix (default: beside the state)" },
    { flags: "--profile <name>", description: "profile of the shared AWS configuration: one of the payer account" },
    { flags: "--config <file>", description: "configuration (default: sandmeter.config.yaml, where it exists)" },
    { flags: "--json", description: "write JSON (docs/schemas/reconcile.schema.json)" },
  ],
  examples: [
    { command: "sandmeter reconcile --month 2026-11", does: "November against Cost Explorer" },
    { command: "sandmeter reconcile --month 2026-11 --bill cur.csv.gz", does: "the same, without a request" },
    {
      command: "sandmeter reconcile --band 5 --fail-on unexplained --json",
      does: "this month, for a job that is to fail only where nothing explains the difference",
    },
  ],
  check: async () => (await import("../reconcile/run-reconcile.ts")).checkReconcile,
  load: async () => (await import("../reconcile/run-reconcile.ts")).runReconcile,
};
