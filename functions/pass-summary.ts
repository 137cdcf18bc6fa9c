import type { Logger } from "@aws-lambda-powertools/logger";
import type { PassOutcome, TargetPass } from "../core/jobs/observe/outcome.ts";
import { isoOf } from "../core/kernel/instant.ts";

/** What is used of the log. */
export type PassLog = Pick<Logger, "info" | "warn" | "error">;

/** What a pass comes to: the answer of an invocation by hand, and the gist of the log. */
export interface PassSummary {
  readonly asOf: string;
  readonly complete: boolean;
  readonly targets: readonly {
    readonly account: string;
    readonly region: string;
    readonly state: TargetPass["state"];
    /** Null where nothing was scanned. */
    readonly status: string | null;
    readonly readySessions: number | null;
    readonly events: { readonly sent: number; readonly unsent: number };
  }[];
}

/** No target could be read or remembered: the invocation fails with this, so that it is tried again and kept in the end. */
class PassFailedError extends Error {
  readonly summary: PassSummary;
  constructor(summary: PassSummary) {
    super(
      `the pass of ${summary.asOf} read nothing: each of its ${summary.targets.length} targets failed, for reasons that its log lines name`,
    );
    this.name = "PassFailedError";
    this.summary = summary;
  }
}

/** Logs what a pass found missing and returns what it came to. Throws `PassFailedError` where it came to nothing. */
export function concludePass(outcome: PassOutcome, log: PassLog): PassSummary {
  for (const pass of outcome.targets) logTarget(pass, log);
  for (const problem of outcome.problems) log.error("metrics not published", { problem });
  const summary = summaryOf(outcome);
  if (outcome.targets.length > 0 && outcome.targets.every(sawNothing)) throw new PassFailedError(summary);
  if (summary.complete) log.info("pass complete", { pass: summary });
  else log.warn("pass partial", { pass: summary });
  return summary;
}

const sawNothing = (pass: TargetPass): boolean => pass.state === "failed" || pass.scan?.status === "failed";

function logTarget(pass: TargetPass, log: PassLog): void {
  const { account, region } = pass.target;
  const problems = [...(pass.scan?.problems ?? []), ...pass.problems];
  const unsent = pass.events.filter((delivery) => delivery.result === "unsent");
  if (sawNothing(pass)) log.error("target not read", { account, region, problems });
  else if (problems.length > 0) log.warn("target read in part", { account, region, problems });
  for (const { event, reason } of unsent) {
    log.warn("event not sent; the next pass sends it", { account, region, detailType: event.detailType, reason });
  }
  if (pass.state === "stale") log.info("another run did the work of this pass", { account, region });
}

const summaryOf = (outcome: PassOutcome): PassSummary => ({
  asOf: isoOf(outcome.asOf),
  complete: outcome.complete,
  targets: outcome.targets.map(({ target, state, scan, events }) => ({
    account: target.account,
    region: target.region,
    state,
    status: scan?.status ?? null,
    readySessions: scan?.readySessions ?? null,
    events: {
      sent: events.filter((delivery) => delivery.result === "sent").length,
      unsent: events.filter((delivery) => delivery.result === "unsent").length,
    },
  })),
});
