import type { HealthTransition } from "../../inventory/scan-health.ts";
import { type Target, targetKey } from "../../inventory/target.ts";
import { type Instant, isoOf } from "../../kernel/instant.ts";
import type { OutgoingEvent } from "../../ports/events.ts";
import type { AlertTransition } from "../../quota/alert.ts";
import type { QuotaSubject } from "../../quota/definition.ts";
import type { QuotaUse } from "../../quota/use.ts";
import type { TargetScan } from "../scan/outcome.ts";

/** Raised when a detail loses a member or gives one another meaning; new members do not raise it. */
const detailVersion = "1";

/** A quota of a target crossed a threshold, up or down. Published as docs/events/quota-pressure-changed.schema.json. */
export function pressureEvent(now: Instant, target: Target, use: QuotaUse, transition: AlertTransition): OutgoingEvent {
  const { code, name, subject } = use.definition;
  const id = `quota-pressure/${targetKey(target)}/${code}/${transition.from}-${transition.to}/${isoOf(now)}`;
  return {
    id,
    at: now,
    detailType: "Quota Pressure Changed",
    detail: {
      version: detailVersion,
      id,
      account: target.account,
      region: target.region,
      quota: { code, name },
      from: transition.from,
      to: transition.to,
      state: use.state,
      used: use.used,
      usedAtLeast: use.usedAtLeast,
      limit: use.limit,
      limitSource: use.limitSource,
      utilizationPct: use.utilizationPct,
      asOf: isoOf(now),
      action: actionOf(transition, subject),
      runbook: `docs/runbook.md#${transition.to === "ok" ? "quota-pressure-is-over" : runbookSections[subject]}`,
    },
  };
}

// Levels are left one look after the other: a use of nothing may still hold the lower one for a pass.
const actionOf = ({ from, to }: AlertTransition, subject: QuotaSubject): string => {
  if (to === "ok") return "Nothing: the pressure is over.";
  return from === "critical" ? "Nothing new: the pressure is less than it was." : pressureActions[subject];
};

const pressureActions: Readonly<Record<QuotaSubject, string>> = {
  "ready-sessions":
    "Stop sessions that nobody uses (`sandmeter scan` lists them by age), shorten timeouts, or ask for a higher quota.",
  "custom-interpreters":
    "Delete interpreters that nobody uses (`sandmeter scan --interpreters` lists them), or ask for a higher quota.",
};

const runbookSections: Readonly<Record<QuotaSubject, string>> = {
  "ready-sessions": "session-quota-pressure",
  "custom-interpreters": "interpreter-quota-pressure",
};

// EventBridge takes 256 kB for ten entries together; what helps on-call is the first few problems.
const mostProblems = 5;
const longestMessage = 500;

/** The reading of a target got worse or better. Published as docs/events/scan-degraded.schema.json. */
export function healthEvent(now: Instant, scan: TargetScan, transition: HealthTransition): OutgoingEvent {
  const { target } = scan;
  const id = `scan-degraded/${targetKey(target)}/${transition.from}-${transition.to}/${isoOf(now)}`;
  const over = transition.to === "ok";
  return {
    id,
    at: now,
    detailType: "Scan Degraded",
    detail: {
      version: detailVersion,
      id,
      account: target.account,
      region: target.region,
      from: transition.from,
      to: transition.to,
      problemCount: scan.problems.length,
      problems: scan.problems.slice(0, mostProblems).map((problem) => ({
        code: problem.code,
        operation: problem.operation ?? null,
        message: problem.message.slice(0, longestMessage),
      })),
      asOf: isoOf(now),
      action: over
        ? "Nothing: everything is read again."
        : "Figures of this Region are incomplete until this is mended: see the problems.",
      runbook: `docs/runbook.md#${over ? "scan-has-recovered" : "scan-degraded"}`,
    },
  };
}
