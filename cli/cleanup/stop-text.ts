import type { StopOutcome, StopReport } from "../../core/reporting/stop-report.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { formatSeconds } from "../render/duration.ts";
import { renderFitting } from "../render/fit-columns.ts";
import { safeText } from "../render/safe-text.ts";
import { painter, type Style } from "../render/style.ts";
import type { Terminal } from "../terminal.ts";
import { isInterrupted } from "./interrupted.ts";

/** What became of each session, one row each, with why. */
export function stopText(report: StopReport, next: string, terminal: Pick<Terminal, "color" | "columns">): string {
  const paint = painter(terminal.color);
  const { outcomes, finished, problems } = report;
  const table = renderFitting(
    [
      { title: "OUTCOME" },
      { title: "REGION", folds: true },
      { title: "SESSION" },
      { title: "INTERPRETER", yields: 4 },
      { title: "NAME", shrinkTo: 6, yields: 2 },
      { title: "AGE", align: "right", yields: 3 },
      // Of one that would be stopped, what is known of it may well speak for keeping it.
      { title: report.acted ? "WHY" : "KNOWN OF IT", yields: 1, under: true },
    ],
    outcomes.map((it) => [
      { text: outcomeText(it), style: styles[it.outcome] },
      { text: it.region },
      { text: it.session },
      { text: it.interpreter },
      { text: it.name ?? "-" },
      { text: formatSeconds(it.ageSeconds) },
      { text: it.message ?? it.text },
    ]),
    terminal.color ? terminal.columns : null,
    paint,
  );
  return [
    outcomes.length === 0 ? "There is nothing to stop.\n" : table,
    ...finished.map(
      ({ session, region, state }) =>
        `An earlier run left ${session} in ${region} undecided; it is found out now: ${state}.\n`,
    ),
    `\n${countsLine(report)}\n`,
    ...problems.map(({ region, code, message }) => `${safeText(`${placeText(code, region)}${code}: ${message}`)}\n`),
    ...(next === "" ? [] : [`${next}\n`]),
  ].join("");
}

/** Who interrupts it does so everywhere. */
const placeText = (code: string, region: string | null): string =>
  region === null && code === "Interrupted" ? "" : `${region ?? "state"}: `;

const styles: Readonly<Record<StopOutcome["outcome"], Style>> = {
  "would-stop": "yellow",
  stopped: "green",
  "already-gone": "dim",
  refused: "yellow",
  failed: "red",
};

const outcomeText = ({ outcome, refusal }: StopOutcome): string =>
  refusal === null ? outcome : `${outcome}: ${refusal}`;

function countsLine({ outcomes, acted }: StopReport): string {
  const count = (wanted: StopOutcome["outcome"]): number => outcomes.filter((it) => it.outcome === wanted).length;
  const parts = (["would-stop", "stopped", "already-gone", "refused", "failed"] as const)
    .map((kind) => [kind, count(kind)] as const)
    .filter(([, number]) => number > 0)
    .map(([kind, number]) => `${number} ${kind}`);
  return `${parts.length === 0 ? "0 sessions" : parts.join(", ")}.${acted ? "" : " This was a dry run: nothing was stopped."}`;
}

/** 130 where it was interrupted, 4 where some were refused or failed, 1 where all of them were: of a dry run as of the run that it foretells. */
export function stopExitOf({ outcomes, problems }: StopReport): ExitCode {
  if (isInterrupted(problems)) return exitCode.interrupted;
  const bad = outcomes.filter(({ outcome }) => outcome === "refused" || outcome === "failed").length;
  if (bad > 0 && bad === outcomes.length) return exitCode.failed;
  if (problems.length > 0 && outcomes.length === 0) return exitCode.failed;
  return problems.length > 0 || bad > 0 ? exitCode.partial : exitCode.done;
}
