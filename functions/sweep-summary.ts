import { isoOf } from "../core/kernel/instant.ts";
import type { PassLog } from "./pass-summary.ts";
import type { Swept } from "./sweeper.ts";

/** What a pass of clean-up comes to: the answer of an invocation by hand, and the gist of the log. */
export interface SweepSummary {
  readonly asOf: string;
  readonly complete: boolean;
  readonly mode: Swept["outcome"]["mode"];
  readonly switch: Swept["outcome"]["switch"];
  readonly barred: Swept["outcome"]["barred"];
  readonly barredPolicies: Swept["outcome"]["barredPolicies"];
  readonly targets: readonly {
    readonly account: string;
    readonly region: string;
    readonly decided: number;
    readonly planned: number;
    readonly stopped: number;
    readonly refused: number;
    readonly failed: number;
    readonly unprovable: number;
  }[];
  /** Of the stops by policies of the last 24 hours. */
  readonly aftermath: Swept["outcome"]["aftermath"];
  readonly events: { readonly sent: number; readonly unsent: number };
}

/** Logs what a pass stopped and what it could not do, and returns what it came to. */
export function concludeSweep({ scanned, outcome }: Swept, log: PassLog): SweepSummary {
  for (const { target, status, problems } of scanned.targets) {
    if (status !== "skipped" && problems.length > 0) log.warn("target not read in full", { ...target, problems });
  }
  for (const { target, outcomes, problems } of outcome.targets) {
    for (const problem of problems) log.error("target not cleaned up", { ...target, problem });
    for (const { entry, ...came } of outcomes) {
      const { session, interpreter } = entry.key;
      log.info("session decided", { ...target, interpreter, session, ...came });
    }
  }
  for (const problem of outcome.problems) log.error("clean-up incomplete", { problem });
  const summary = summaryOf({ scanned, outcome });
  if (summary.complete) log.info("sweep complete", { pass: summary });
  else log.warn("sweep partial", { pass: summary });
  return summary;
}

function summaryOf({ scanned, outcome }: Swept): SweepSummary {
  const troubled = outcome.problems.length > 0 || outcome.targets.some(({ problems }) => problems.length > 0);
  return {
    asOf: isoOf(outcome.asOf),
    complete: scanned.complete && !troubled,
    mode: outcome.mode,
    switch: outcome.switch,
    barred: outcome.barred,
    barredPolicies: outcome.barredPolicies,
    targets: outcome.targets.map(({ target, decided, planned, outcomes }) => ({
      account: target.account,
      region: target.region,
      decided: decided.length,
      planned: planned.length,
      stopped: outcomes.filter(({ kind }) => kind === "stopped").length,
      refused: outcomes.filter(({ kind }) => kind === "refused").length,
      failed: outcomes.filter(({ kind }) => kind === "failed").length,
      unprovable: decided.filter(({ decision }) => decision.reason === "unprovable").length,
    })),
    aftermath: outcome.aftermath,
    events: {
      sent: outcome.events.filter(({ result }) => result === "sent").length,
      unsent: outcome.events.filter(({ result }) => result === "unsent").length,
    },
  };
}
