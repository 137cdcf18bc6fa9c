import type { PassOutcome } from "../../core/jobs/observe/outcome.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import type { Problem } from "../../core/kernel/problem.ts";
import { scanOf } from "../../core/reporting/pass-report.ts";
import { type Pricing, scanTotals } from "../../core/reporting/scan-totals.ts";
import { safeText } from "../render/safe-text.ts";
import { range } from "../scan/money-range.ts";
import { eventText } from "./event-text.ts";
import type { Ended } from "./pass-loop.ts";
import { accountsOf, cleanupsOf, type WatchOutcome } from "./watch-outcome.ts";

/** A pass in one line, and one more for each event. */
export function passLines(ended: Ended<WatchOutcome>, pricing: Pricing): string {
  const { outcome } = ended;
  const events = [
    ...outcome.targets.flatMap((target) => target.events),
    ...accountsOf(outcome).flatMap((it) => it.events),
    ...cleanupsOf(outcome).flatMap((it) => it.events),
  ];
  return [`${passLine(ended, pricing)}\n`, ...events.map((delivery) => `  ${deliveryText(delivery)}\n`)].join("");
}

function passLine({ number, outcome, tookMs, nextAt, overrunMs }: Ended<PassOutcome>, pricing: Pricing): string {
  const { sessions, cost } = passSummary(outcome, pricing);
  const sum = (figure: (target: PassOutcome["targets"][number]) => number): number =>
    outcome.targets.reduce((total, target) => total + figure(target), 0);
  const took = `${(tookMs / 1000).toFixed(1)} s`;
  const stale = outcome.targets.filter((target) => target.state === "stale").length;
  const others = stale > 0 ? `, ${stale} recorded by another run` : "";
  const late = overrunMs > 0 && nextAt !== null ? `, longer than the interval: the next starts at once` : "";
  // The only pass there is needs no number.
  const which = number === 1 && nextAt === null ? "pass" : `pass ${number}`;
  return `${isoOf(outcome.asOf)} ${which}: ${sessions}, ${cost}, ${sum((target) => target.started)} new, ${sum((target) => target.ended.length)} gone, ${outcome.complete ? "complete" : "INCOMPLETE"}${others} (${took}${late})`;
}

/** `42 live sessions in 3 Regions` and what an hour of them costs. */
export function passSummary(
  outcome: PassOutcome,
  pricing: Pricing,
): { readonly sessions: string; readonly cost: string } {
  const scan = scanOf(outcome);
  const totals = scanTotals(scan, pricing);
  const read = scan.targets.reduce((count, target) => count + target.sessions.length, 0);
  const places = scan.targets.filter((target) => target.status !== "skipped").length;
  const count = totals.sessions === null ? `at least ${read}` : String(totals.sessions);
  return {
    sessions: `${count} live ${totals.sessions === 1 ? "session" : "sessions"} in ${places} ${places === 1 ? "Region" : "Regions"}`,
    cost: `${range(totals.hourlyLowUsd, totals.hourlyHighUsd)} an hour`,
  };
}

export function deliveryText(delivery: PassOutcome["targets"][number]["events"][number]): string {
  const text = eventText(delivery.event);
  switch (delivery.result) {
    case "sent":
      return `sent      ${text}`;
    case "withheld":
      return `not sent  ${text} (publishing is off)`;
    case "unsent":
      return `unsent    ${text} (${safeText(delivery.reason ?? "")} the next pass tries again)`;
    default:
      return delivery.result satisfies never;
  }
}

/** Everything that went wrong in a pass, with the place it went wrong in. */
export function problemLines(outcome: PassOutcome): readonly string[] {
  const line = (place: string, problem: Problem): string =>
    `${place}: ${safeText(problem.code)}: ${safeText(problem.message)}`;
  return [
    ...outcome.targets
      .filter((pass) => pass.scan?.status !== "skipped")
      .flatMap((pass) =>
        [...(pass.scan?.problems ?? []), ...pass.problems].map((problem) => line(pass.target.region, problem)),
      ),
    ...outcome.problems.map((problem) => line("publishing", problem)),
  ];
}
