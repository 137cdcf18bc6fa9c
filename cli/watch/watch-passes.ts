import type { LeaksInput } from "../../core/cleanup/leaks.ts";
import type { SweepPassOutcome } from "../../core/jobs/sweep/sweep-pass-ports.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { accountsReport } from "../../core/reporting/accounts-report.ts";
import { cleanupReport } from "../../core/reporting/cleanup-report.ts";
import { passReport } from "../../core/reporting/pass-report.ts";
import type { Pricing } from "../../core/reporting/scan-totals.ts";
import { accountsLine, accountsProblemLines } from "../accounts/accounts-lines.ts";
import { cleanupLine, cleanupProblemLines, policyChangeLines } from "../cleanup/cleanup-lines.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import type { Terminal } from "../terminal.ts";
import { liveView } from "./live-view.ts";
import { passLines, problemLines } from "./pass-lines.ts";
import { type Ended, runPasses } from "./pass-loop.ts";
import type { WatchOptions } from "./watch-options.ts";
import { accountsOf, cleanupsOf, type WatchOutcome } from "./watch-outcome.ts";

export interface WatchInput {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly watch: Pick<WatchOptions, "everyMs" | "passes" | "json">;
  readonly heading: readonly string[];
  readonly pricing: Pricing;
  readonly pass: (startedAt: Instant, signal: AbortSignal, number: number) => Promise<WatchOutcome>;
}

/** Runs passes and shows them: as JSON lines, as a view that is redrawn, or as a line each. Answers the last whole one. */
export async function watchPasses(input: WatchInput): Promise<WatchOutcome | null> {
  const { clock, terminal, watch } = input;
  const live =
    terminal.interactive && !watch.json && watch.passes !== 1
      ? liveView(terminal, clock, input.heading, input.pricing)
      : null;
  const shown = live?.show ?? (watch.json ? jsonLine(terminal, input.pricing) : textLines(terminal, input.pricing));
  if (live === null && !watch.json && watch.passes !== 1)
    terminal.out(input.heading.map((line) => `${line}\n`).join(""));
  try {
    const last = await runPasses(clock, watch, input.pass, shown, terminal.signal);
    return last?.outcome ?? null;
  } finally {
    await live?.close();
  }
}

/** 1 where no target could be remembered or read at all, 4 where something is missing. */
export function exitCodeOf(last: WatchOutcome | null): ExitCode {
  if (last === null) return exitCode.done;
  if (last.complete && accountsOf(last).every(({ complete }) => complete) && cleanupsOf(last).every(isClean))
    return exitCode.done;
  const useless = last.targets.every((pass) => pass.state === "failed" || pass.scan?.status === "failed");
  return useless && last.targets.some((pass) => pass.state === "failed") ? exitCode.failed : exitCode.partial;
}

/** A stop that a link of the chain refused is as it should be; one that failed is not. */
const isClean = (cleanup: SweepPassOutcome): boolean =>
  cleanup.problems.length === 0 &&
  cleanup.targets.every(
    ({ problems, outcomes }) => problems.length === 0 && outcomes.every(({ kind }) => kind !== "failed"),
  );

const jsonLine =
  (terminal: Terminal, pricing: Pricing) =>
  ({ number, outcome, tookMs }: Ended<WatchOutcome>): void => {
    const cleanup = (it: SweepPassOutcome) => cleanupReport(it, leaksInput(outcome, pricing));
    terminal.out(
      `${lineOf({
        pass: number,
        durationMs: Math.round(tookMs),
        ...passReport(outcome, pricing),
        accounts: outcome.accounts === null ? null : accountsReport(outcome.accounts),
        cleanup: outcome.cleanup === null ? null : cleanup(outcome.cleanup),
        earlier: {
          accounts: outcome.earlier.accounts.map(accountsReport),
          cleanup: outcome.earlier.cleanup.map(cleanup),
        },
      })}\n`,
    );
  };

function leaksInput(outcome: WatchOutcome, pricing: Pricing): LeaksInput {
  const costs = new Map(
    outcome.targets.flatMap(({ scan }) => (scan?.sessions ?? []).map(({ id, cost }) => [id, cost] as const)),
  );
  return {
    ...pricing,
    soFarOf: ({ id }) => {
      const cost = costs.get(id);
      return cost === undefined || cost.low === null || cost.high === null ? null : { low: cost.low, high: cost.high };
    },
  };
}

// The line breaks are those of the layout: a text's own are escaped in JSON.
const lineOf = (value: unknown): string => safeJson(value).replace(/\n\s*/g, "");

const textLines =
  (terminal: Terminal, pricing: Pricing) =>
  (ended: Ended<WatchOutcome>): void => {
    terminal.out(passLines(ended, pricing));
    const [accounts, cleanups] = [accountsOf(ended.outcome), cleanupsOf(ended.outcome)];
    const lines = [
      ...accounts.map(accountsLine),
      ...cleanups.flatMap((it) => [...policyChangeLines(it), cleanupLine(it)]),
    ];
    for (const line of lines) terminal.out(`  ${line}\n`);
    const problems = [
      ...problemLines(ended.outcome),
      ...accounts.flatMap(accountsProblemLines),
      ...cleanups.flatMap(cleanupProblemLines),
    ];
    for (const line of problems) terminal.err(`  ${line}\n`);
  };
