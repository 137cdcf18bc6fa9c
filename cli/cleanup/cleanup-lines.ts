import type { EntryOutcome, RefusalReason } from "../../core/cleanup/stop/stop-outcome.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import { isoOf } from "../../core/kernel/instant.ts";
import { safeText } from "../render/safe-text.ts";
import { barredPolicyText } from "./switch-text.ts";

/** What became of clean-up, in one line. */
export function cleanupLine(outcome: SweepPassOutcome): string {
  const { targets, mode } = outcome;
  const decisions = targets.flatMap(({ decided }) => decided.map(({ decision }) => decision));
  const outcomes = targets.flatMap((target) => target.outcomes);
  const count = (kind: EntryOutcome["kind"]): number => outcomes.filter((it) => it.kind === kind).length;
  const idle = targets.reduce((sum, { planned, postponed }) => sum + planned.length + postponed, 0);
  const unprovable = decisions.filter(({ reason }) => reason === "unprovable").length;
  return [
    `clean-up as of ${isoOf(outcome.asOf)}, ${modeText(outcome)}: ${idle} idle`,
    ...(mode === "enforce" ? [`${count("stopped")} stopped`] : []),
    ...refusedWords(outcomes),
    ...(count("failed") === 0 ? [] : [`${count("failed")} failed`]),
    `${unprovable} kept that nothing can prove`,
    ...runawayWords(targets),
    ...raceWords(outcome.aftermath),
    `of ${decisions.length} sessions`,
  ].join(", ");
}

/** What a policy only observes was never to be stopped, which nothing refused. */
function refusedWords(outcomes: readonly EntryOutcome[]): readonly string[] {
  const reasons = outcomes.flatMap((it) => (it.kind === "refused" ? [it.reason] : []));
  const observed = reasons.filter((reason) => reason === "observe").length;
  const counts = [...Map.groupBy(reasons, (reason) => reason)]
    .filter(([reason]) => reason !== "observe")
    .map(([reason, each]) => `${each.length} ${reason}`);
  return [
    ...(counts.length === 0 ? [] : [`${reasons.length - observed} refused (${counts.join(", ")})`]),
    ...(observed === 0 ? [] : [`${observed} only observed`]),
  ];
}

/** Of the stops of the last 24 hours. That none raced is not said where that is not known. */
function raceWords({ races, wrong, unknown }: SweepPassOutcome["aftermath"]): readonly string[] {
  const found = races ?? 0;
  const unjudged = unknown === null ? " (not known of all)" : ` (not known of ${unknown})`;
  const raced = `${found} ${found === 1 ? "race" : "races"}${unknown === 0 ? "" : unjudged} in 24 h`;
  const worked = wrong === null || wrong === 0 ? [] : [`${wrong} STOPPED THAT WORKED`];
  return [...worked, ...(found === 0 && unknown === 0 ? [] : [raced])];
}

/** That none was found is not said where not all could be looked at. */
function runawayWords(targets: SweepPassOutcome["targets"]): readonly string[] {
  const found = targets.reduce((sum, { runaways }) => sum + runaways.found.length, 0);
  const unknown = targets.reduce((sum, { runaways }) => sum + runaways.unknown, 0);
  if (found === 0 && unknown === 0) return [];
  return [`${found} ${found === 1 ? "runaway" : "runaways"}${unknown === 0 ? "" : ` (not known of ${unknown})`}`];
}

function modeText(outcome: SweepPassOutcome): string {
  const barred = outcome.barredPolicies.map(barredPolicyText);
  if (outcome.mode === "observe") return `observing (${[switchText(outcome), ...barred].join("; ")})`;
  return barred.length === 0 ? "ENFORCING" : `ENFORCING (${barred.join("; ")})`;
}

/** Nobody who reads this line is to think that stops are made where something bars them. */
const switchText = ({ switch: state, barred }: SweepPassOutcome): string =>
  barred === null ? `switch ${state}` : `armed, but barred: ${safeText(barred)}`;

/** What refuses all sessions of a policy, and is told of the policy. */
const toldByPolicy: ReadonlySet<RefusalReason> = new Set(["observe", "regretted"]);

/** What the policies say otherwise than in the pass before. */
export const policyChangeLines = ({ policyChanges }: SweepPassOutcome): readonly string[] =>
  policyChanges.map((change) => `clean-up: policies were changed: ${safeText(change)}`);

/** Everything that went wrong with clean-up, and each stop that was refused or failed. */
export const cleanupProblemLines = ({ targets, problems }: SweepPassOutcome): readonly string[] => [
  ...targets.flatMap((swept) => [
    ...swept.problems.map(({ code, message }) => `${swept.target.region}: ${safeText(code)}: ${safeText(message)}`),
    ...swept.outcomes.flatMap((it) =>
      it.kind === "failed" || (it.kind === "refused" && !toldByPolicy.has(it.reason))
        ? [`${swept.target.region}: ${safeText(it.entry.key.session)}: ${it.kind}: ${safeText(it.message)}`]
        : [],
    ),
  ]),
  ...problems.map(({ code, message }) => `clean-up: ${safeText(code)}: ${safeText(message)}`),
];
