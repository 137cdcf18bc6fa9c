import { codeInterpreterKind } from "../../adapters/aws/code-interpreter-kind.ts";
import type { Instant } from "../../core/kernel/instant.ts";
import { savingsReport } from "../../core/reporting/savings-report.ts";
import type { Stores } from "../accounts/stores.ts";
import { type CleanupInput, readCleanupInput } from "../cleanup/cleanup-input.ts";
import { stopTargets } from "../cleanup/stop-targets.ts";
import { UsageError } from "../cli-error.ts";
import { type ExitCode, exitCode } from "../exit-code.ts";
import { safeJson } from "../render/safe-text.ts";
import { withStores } from "../report/with-stores.ts";
import { clientsOf } from "../scan/compose.ts";
import { systemClock } from "../system-clock.ts";
import type { Terminal } from "../terminal.ts";
import type { CheckVerb, RunVerb, VerbInput } from "../verb.ts";
import { renderSavings } from "./render-savings.ts";
import { type SavingsContent, savingsJson } from "./savings-json.ts";
import { readSavingsOptions, type SavingsOptions } from "./savings-options.ts";

export const checkSavings: CheckVerb = async ({ options }, terminal) =>
  (await readInput(options, terminal, systemClock.now())).problems;

export const runSavings: RunVerb = async ({ options }, terminal) => {
  const now = systemClock.now();
  const { problems, own, cleanup } = await readInput(options, terminal, now);
  if (problems.length > 0) throw new UsageError(problems);
  const clients = clientsOf(cleanup.settings);
  try {
    return await withStores(cleanup, clients, terminal.signal, (stores) => run(stores, cleanup, own, now, terminal));
  } finally {
    clients.close();
  }
};

interface SavingsInput {
  readonly problems: readonly string[];
  readonly own: SavingsOptions;
  readonly cleanup: CleanupInput;
}

async function readInput(options: VerbInput["options"], terminal: Terminal, now: Instant): Promise<SavingsInput> {
  const { problems, ...cleanup } = await readCleanupInput(options, terminal, "ignored");
  return { problems, own: readSavingsOptions(options, now, problems), cleanup };
}

async function run(
  stores: Stores,
  { settings, accounts, cleanup }: CleanupInput,
  { window, groupBy, json }: SavingsOptions,
  now: Instant,
  terminal: Terminal,
): Promise<ExitCode> {
  const request = {
    now,
    window,
    targets: await stopTargets(stores),
    groupBy,
    prices: settings.prices,
    gb: accounts.meter.gb,
    memoryGb: codeInterpreterKind.size.memoryGb,
    monitorUsdPerMonth: cleanup.monitorUsdPerMonth,
  };
  const report = await savingsReport(stores, request, terminal.signal);
  const content: SavingsContent = { now, from: window.from, until: window.until, groupBy, report };
  terminal.out(json ? `${safeJson(savingsJson(content))}\n` : renderSavings(content, terminal));
  return report.problems.length > 0 ? exitCode.partial : exitCode.done;
}
