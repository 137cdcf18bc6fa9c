import { writeFile } from "node:fs/promises";
import path from "node:path";
import { planTargets } from "../../core/jobs/sweep/plan-targets.ts";
import { type PlanReport, planReport } from "../../core/reporting/plan-report.ts";
import { CliError, UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { safeJson, safeText } from "../render/safe-text.ts";
import { pricingOf } from "../scan/compose.ts";
import { readSubject } from "../scan/subject.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { type CleanupInput, readCleanupInput } from "./cleanup-input.ts";
import { standingIn, stopsNothing, sweepInputOf, sweepPortsOf, withRenamedIn } from "./compose.ts";
import { lookProgress } from "./look-progress.ts";
import { planText } from "./plan-text.ts";
import { sameFlags, shellWord } from "./same-flags.ts";
import { scanForCleanup, sweptTargetOf, watchedTimeouts } from "./swept-targets.ts";
import { barredPolicyTexts, notArmedText } from "./switch-text.ts";
import { withCleanup } from "./with-cleanup.ts";

export const checkPlan: CheckVerb = async ({ options }, terminal) =>
  (await readCleanupInput(options, terminal, "needed")).problems;

export const runPlan: RunVerb = async ({ options }, terminal) => {
  const { problems, ...input } = await readCleanupInput(options, terminal, "needed");
  const out = typeof options["out"] === "string" ? options["out"] : null;
  if (out === "") problems.push("--out needs the name of a file");
  if (problems.length > 0) throw new UsageError(problems);
  const report = await planOnce(input, terminal);
  const file = out === null ? null : path.resolve(terminal.cwd, out);
  if (file !== null) await write(file, report);
  const json = options["json"] === true;
  terminal.out(json ? `${safeJson(report)}\n` : textOf(report, out, options, terminal));
  return exitOf(report);
};

/** One scan, its evidence and decisions, and a plan of what would be stopped, which is kept. */
async function planOnce(input: CleanupInput, terminal: Terminal): Promise<PlanReport> {
  const { signal } = terminal;
  return withCleanup(input, signal, async (clients, stores) => {
    const subject = await readSubject(clients, input.settings, systemClock, signal);
    const known = await watchedTimeouts(stores.registry, subject.targets);
    const scanned = await scanForCleanup(clients, input.settings, subject, { known, look: true }, terminal);
    const progress = lookProgress(terminal);
    const ports = { ...sweepPortsOf(clients, stores, input, stopsNothing), onLooks: progress.tell };
    const found = scanned.targets.flatMap((target) => sweptTargetOf(target) ?? []);
    const standing = withRenamedIn(await standingIn(clients, stores, input.cleanup, signal), input.policies);
    const sweepInput = sweepInputOf(input, false, standing.policies);
    const planned = await planTargets(ports)(subject.now, sweepInput, found, true, signal).finally(progress.clear);
    return planReport(scanned, planned, standing, pricingOf(input.settings), subject.now);
  });
}

async function write(file: string, report: PlanReport): Promise<void> {
  try {
    await writeFile(file, `${safeJson(report)}\n`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new CliError(`--out: the plan was made, and cannot be written: ${safeText(message)}`, exitCode.failed, {
      cause: error,
    });
  }
}

function textOf(report: PlanReport, out: string | null, options: VerbInput["options"], terminal: Terminal): string {
  const barred = new Set(report.barredPolicies.map(({ policy }) => policy));
  const isBarred = ({ policy }: { readonly policy: string }): boolean => barred.has(policy);
  return planText(
    report,
    isBarred,
    howToApply(report, report.stops.filter((stop) => stop.onlyObserved && !isBarred(stop)).length, out, options),
    terminal,
  );
}

function howToApply(report: PlanReport, held: number, out: string | null, options: VerbInput["options"]): string {
  const { plan, stops } = report;
  if (stops.length === 0) return "There is nothing to apply.";
  const minutes = Math.round((plan.expiresAt - plan.madeAt) / 60_000);
  return [
    `Nothing was stopped. The plan holds for ${minutes} minutes: \`sandmeter apply ${shellWord(out ?? plan.id)}${sameFlags(options)}\` shows it, and with --yes stops exactly what it says.`,
    ...(held === 0
      ? []
      : [
          `What policies only observe is refused (${held} of ${stops.length}): \`mode: enforce\` lets a policy stop sessions.`,
        ]),
    ...(report.switch === "armed" ? [] : [notArmedText(report)]),
    ...barredPolicyTexts(report.barredPolicies),
  ].join("\n");
}

function exitOf({ complete, problems }: PlanReport): ExitCode {
  if (problems.some(({ region }) => region === null)) return exitCode.failed;
  return complete ? exitCode.done : exitCode.partial;
}
