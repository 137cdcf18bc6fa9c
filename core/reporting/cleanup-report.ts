import type { DecisionReason } from "../cleanup/decision/decision.ts";
import { type LeaksInput, leaksOf } from "../cleanup/leaks.ts";
import type { PassAftermath } from "../cleanup/stop/aftermath-counts.ts";
import type { EntryOutcome } from "../cleanup/stop/stop-outcome.ts";
import type { ReportedSwitch } from "../cleanup/stop/switch-standing.ts";
import type { SweepPassOutcome, SweptPass } from "../jobs/sweep/sweep-pass-ports.ts";
import { type Instant, isoOf } from "../kernel/instant.ts";
import type { Problem } from "../kernel/problem.ts";
import { countsOf, type ReportedLeaks, reportedLeaks } from "./leak-report.ts";

/** `cleanup` of docs/schemas/watch-pass.schema.json: what a pass of clean-up decided, planned and stopped. */
export interface CleanupReport extends ReportedSwitch {
  readonly asOf: string;
  readonly mode: SweepPassOutcome["mode"];
  /** What the policies say otherwise than in the pass before, a line each. */
  readonly policyChanges: readonly string[];
  readonly targets: readonly {
    readonly account: string;
    readonly region: string;
    readonly decisions: Readonly<Record<DecisionReason, number>>;
    readonly planned: readonly string[];
    readonly postponed: number;
    readonly stops: readonly {
      readonly session: string;
      readonly interpreter: string;
      readonly outcome: EntryOutcome["kind"];
      readonly refusal: string | null;
      readonly message: string | null;
    }[];
    readonly finished: number;
    /** How many sessions work too much, and how many may and are not known well enough. */
    readonly runaways: { readonly found: number; readonly unknown: number };
    readonly leaks: readonly ReportedLeaks[];
    readonly problems: readonly Problem[];
  }[];
  /** Of the stops by policies of the last 24 hours; null where not all of them could be read and none was found. */
  readonly aftermath: PassAftermath;
  readonly events: readonly {
    readonly result: string;
    readonly reason: string | null;
    readonly detailType: string;
    readonly detail: unknown;
  }[];
  readonly problems: readonly Problem[];
}

export const cleanupReport = (outcome: SweepPassOutcome, leaks: LeaksInput): CleanupReport => ({
  asOf: isoOf(outcome.asOf),
  mode: outcome.mode,
  switch: outcome.switch,
  barred: outcome.barred,
  barredPolicies: outcome.barredPolicies,
  policyChanges: outcome.policyChanges,
  targets: outcome.targets.map((target) => targetReport(target, leaks, outcome.asOf)),
  aftermath: outcome.aftermath,
  events: outcome.events.map(({ event, result, reason }) => ({
    result,
    reason,
    detailType: event.detailType,
    detail: event.detail,
  })),
  problems: outcome.problems,
});

const targetReport = (swept: SweptPass, leaks: LeaksInput, now: Instant): CleanupReport["targets"][number] => ({
  account: swept.target.account,
  region: swept.target.region,
  decisions: countsOf(swept.decided),
  planned: swept.planned.map(({ key }) => key.session),
  postponed: swept.postponed,
  stops: swept.outcomes.map((it) => ({
    session: it.entry.key.session,
    interpreter: it.entry.key.interpreter,
    outcome: it.kind,
    refusal: it.kind === "refused" ? it.reason : null,
    message: "message" in it ? it.message : (it.problem?.message ?? null),
  })),
  finished: swept.finished.length,
  runaways: { found: swept.runaways.found.length, unknown: swept.runaways.unknown },
  leaks: leaksOf(swept.decided, leaks, now).map(reportedLeaks),
  problems: swept.problems,
});
